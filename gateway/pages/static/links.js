// Where the keys of answers lead: from a row to its transaction, from there to entries and posting rule, from a number to its account.

const ACCOUNTS = ['account', 'debit_account', 'credit_account', 'deposit_account', 'loan_account', 'suspense_account', 'counter_account', 'settlement_account'];
/** Internal accounts of off-sheet business codes, 7xx, have a detail of their own. */
const OFF_SHEET = /^9\d{6}7/;
/** A statement's number: outlet, year, eight digits. */
const STATEMENT = /^\d{16}$/;
const TRANSACTIONS = ['transaction_number', 'reversed_number', 'corrected_number'];

/** The query a value leads to with its parameters, `[name, {…}]`, or null; `beside` is the object the value stands in. */
export function leadsTo(key, value, beside = {}, date = undefined) {
  if (ACCOUNTS.includes(key) && /^\d{15}$/.test(value)) return [OFF_SHEET.test(value) ? 'account.off_sheet_detail' : 'account.detail', { account: value }];
  if (key === 'customer_number') return [value[0] < '4' ? 'customer.personal' : 'customer.corporate', { customer_number: value }];
  if (TRANSACTIONS.includes(key) || (key === 'number' && beside.date && /^\d{11}$/.test(value))) {
    return ['transaction.entries', { transaction_number: value, date: beside.reversed_date ?? beside.business_date ?? beside.date ?? date }];
  }
  if (key === 'number' && STATEMENT.test(value)) return ['recon.statement.show', { number: value }];
  return key === 'rule' ? ruleOf(value) : null;
}

/** A posting rule by its name, `savings.demand.deposit v1`, or as an object. */
function ruleOf(value) {
  const [name, version] = typeof value === 'object' ? [value.name, value.version] : value.split(' v');
  return ['ledger.rule', { name, version }];
}

/** The address of a query with its parameters; those without a value are left out. */
export function addressOf([query, parameters]) {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== null);
  return `/queries#${query}?${new URLSearchParams(given)}`;
}
