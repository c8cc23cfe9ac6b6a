// What a teller sees as soon as an account or a customer number is entered (IB 902-935).
import { call } from './api.js';
import { grouped } from './amounts.js';
import { APART, factsOf } from './answers.js';
import { fill, h } from './dom.js';
import { t, term } from './language.js';

/**
 * The panel beside the form: `{account(number), customer(number), again(), clear(), knows(queries)}`; the accounts' and customers' owners
 * answer. What it says leads on to the queries it knows.
 */
export function makePanel(root) {
  const context = { queries: [], apart: true };
  let last = null;
  let asked = 0;

  async function show(kind, number, find, present) {
    last = [kind, number];
    const mine = (asked += 1);
    root.setAttribute('aria-busy', 'true');
    const content = await find().then((answer) => present(answer, context), (problem) => h('p', { class: 'refusal', text: problem.text ?? problem.message }));
    if (mine !== asked) return;
    root.removeAttribute('aria-busy');
    fill(root, h('h2', { text: t(`${kind}_information`) }), h('p', { class: 'number big' }, number), content);
  }

  const panel = {
    account: (number) => show('account', number, () => call('GET', `/api/accounts/${encodeURIComponent(number)}`), accountFacts),
    customer: (number) => show('customer', number, () => call('GET', `/api/queries/customer.${number[0] < '4' ? 'personal' : 'corporate'}`, { params: { customer_number: number } }), customerFacts),
    again: () => (last ? panel[last[0]](last[1]) : undefined),
    knows(queries) { context.queries = queries; },
    clear() {
      last = null;
      asked += 1;
      fill(root, h('h2', { text: t('account_information') }), h('p', { class: 'hint', text: t('panel_empty') }));
    },
  };
  panel.clear();
  return panel;
}

function accountFacts(account, context) {
  const { account: number, name, product, balance, currency, side, ...rest } = account;
  return [
    h('p', { class: 'holder', text: name }),
    product && h('p', { class: 'hint', text: product }),
    balance !== undefined && h('p', { class: 'balance' }, h('span', { text: term('balance') }), h('strong', {}, grouped(balance)), ` ${currency ?? ''} `,
      side && h('small', { text: t(side) })),
    factsOf(rest, context),
    h('p', {}, h('a', { href: `/queries#account.detail?account=${number}`, ...APART }, t('movements'))),
  ];
}

function customerFacts(customer, context) {
  const { customer_number: number, name, ...rest } = customer;
  return [h('p', { class: 'holder', text: name }), factsOf(rest, context), h('p', {}, h('a', { href: `/queries#account.search?customer_number=${number}`, ...APART }, term('accounts')))];
}
