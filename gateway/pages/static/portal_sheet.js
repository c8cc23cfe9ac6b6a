// 未达账务调节表: the sheet as it is read, and as the clerk fills it in (ER 29-30).
import { grouped, isAmount, normal, scaled, unscaled } from './amounts.js';
import { fill, h, speak } from './dom.js';
import { t } from './language.js';
import { ITEM_KINDS } from './portal_words.js';

const SIDES = { company: ['bank_received', 'bank_paid'], bank: ['company_received', 'company_paid'] };
const SIGNS = { bank_received: 1n, bank_paid: -1n, company_received: 1n, company_paid: -1n };

/** A sheet that was sent, added up by the bank. */
export function drawSheet(sheet) {
  const side = (name) => h('div', { class: 'sheet-side' },
    row(t(`recon_${name}_balance`), sheet[`${name}_balance`], 'first'),
    SIDES[name].map((kind) => [row(t(`recon_item_${kind}`), sheet[kind]), itemsOf(sheet.items, kind)]),
    row(t(`recon_${name}_adjusted`), sheet[`${name}_adjusted`], 'sum'));
  return h('section', { class: 'sheet' }, h('h3', { text: t('recon_sheet') }), h('div', { class: 'sheet-sides' }, side('company'), side('bank')), verdict(sheet.balances, sheet.difference));
}

function row(label, amount, kind = '') {
  return h('p', { class: `sheet-row ${kind}` }, h('span', { text: label }), h('span', { class: 'amount' }, grouped(amount)));
}

function itemsOf(items, kind) {
  return h('ul', {}, items.filter((item) => item.kind === kind).map((item) => h('li', {},
    h('span', {}, [item.date, item.summary, item.line && `#${item.line}`].filter(Boolean).join(' · ') || '–'), h('span', { class: 'amount' }, grouped(item.amount)))));
}

function verdict(balances, difference) {
  return h('p', { class: balances ? 'verdict good' : 'verdict refusal', role: 'status', text: balances ? t('recon_sheet_balances') : t('recon_sheet_differs', { difference: grouped(difference) }) });
}

/**
 * The sheet to fill in, at first what stood on the one before: `{node, value(), take(items), check(), show(problem), focus()}`. Its sums follow what is typed; whether it may be
 * sent the bank decides.
 */
export function makeSheet(statement, before) {
  const error = h('p', { class: 'error', role: 'alert' });
  const balance = amountInput('recon_company_balance', before?.company_balance);
  balance.id = 'company-balance';
  const lists = Object.fromEntries(ITEM_KINDS.map((kind) => [kind, makeItems(kind, draw)]));
  const sums = Object.fromEntries(Object.keys(SIDES).map((name) => [name, h('strong', { class: 'amount' })]));
  const outcome = h('div');
  const part = (name, first) => h('div', { class: 'sheet-side' },
    h('p', { class: 'sheet-row first' }, h('label', { for: name === 'company' ? balance.id : null, text: t(`recon_${name}_balance`) }), first),
    SIDES[name].map((kind) => lists[kind].node),
    h('p', { class: 'sheet-row sum' }, h('span', { text: t(`recon_${name}_adjusted`) }), sums[name]));
  const node = h('section', { class: 'sheet filling' }, h('h3', { text: t('recon_sheet') }), error,
    h('div', { class: 'sheet-sides' }, part('company', balance), part('bank', h('span', { class: 'amount' }, grouped(statement.closing_balance)))), outcome);
  node.addEventListener('input', draw);
  node.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || !event.target.matches('input')) return;
    event.preventDefault();
    const all = [...node.querySelectorAll('input')];
    all[all.indexOf(event.target) + 1]?.focus();
  });
  take(before?.items ?? []);

  function total(name) {
    const start = scaled(name === 'company' ? typed(balance) ?? '0' : statement.closing_balance);
    return SIDES[name].reduce((sum, kind) => lists[kind].rows.reduce((inner, each) => inner + SIGNS[kind] * scaled(typed(each.amount) ?? '0'), sum), start);
  }

  function draw() {
    const [company, bank] = ['company', 'bank'].map(total);
    speak(sums.company, grouped(unscaled(company)));
    speak(sums.bank, grouped(unscaled(bank)));
    fill(outcome, typed(balance) === undefined ? null : verdict(company === bank, unscaled(company - bank)));
  }

  function take(items) {
    for (const list of Object.values(lists)) list.clear();
    for (const item of items) lists[item.kind].add(item);
    draw();
  }

  return {
    node, take,
    value: () => ({ company_balance: typed(balance), items: ITEM_KINDS.flatMap((kind) => lists[kind].value()) }),
    /** Whether every amount that is needed is one; the first that is not gets the cursor. */
    check() {
      fill(error);
      const wrong = [balance, ...ITEM_KINDS.flatMap((kind) => lists[kind].rows.filter(isUsed).map((each) => each.amount))].filter((each) => typed(each) === undefined);
      for (const each of node.querySelectorAll('[aria-invalid]')) each.removeAttribute('aria-invalid');
      for (const each of wrong) each.setAttribute('aria-invalid', 'true');
      if (wrong.length) speak(error, t('recon_sheet_incomplete'));
      wrong[0]?.focus();
      return wrong.length === 0;
    },
    show(problem) { speak(error, problem.text); },
    focus() { balance.focus(); },
  };
}

/** The items of one kind; there is always an empty one to type into. */
function makeItems(kind, changed) {
  const rows = [];
  const list = h('ul');
  const adder = h('button', { type: 'button', class: 'small', on: { click: () => { add(); rows.at(-1).amount.focus(); } } }, t('recon_add_item'));
  const node = h('div', { class: 'items', 'data-kind': kind }, h('p', { class: 'sheet-row' }, h('span', { text: t(`recon_item_${kind}`) }), adder), list);

  function add(item = {}) {
    const date = h('input', { type: 'date', value: item.date ?? '' });
    const summary = h('input', { type: 'text', maxlength: 60, value: item.summary ?? '' });
    const amount = amountInput('recon_amount', item.amount);
    const remover = h('button', { type: 'button', class: 'small quiet', on: { click: () => remove(row) } }, '×');
    const row = { date, summary, amount, remover, line: item.line ?? null, node: h('li', {}, date, summary, amount, remover) };
    rows.push(row);
    list.append(row.node);
    name();
  }

  function remove(row) {
    rows.splice(rows.indexOf(row), 1);
    row.node.remove();
    name();
    changed();
    (rows.at(-1)?.amount ?? adder).focus();
  }

  function name() {
    rows.forEach((row, index) => {
      for (const [input, text] of [[row.date, 'recon_date'], [row.summary, 'recon_summary'], [row.amount, 'recon_amount']]) input.setAttribute('aria-label', `${t(text)[document.documentElement.lang]} ${index + 1}`);
      fill(row.remover, h('span', { 'aria-hidden': 'true' }, '×'), h('span', { class: 'unseen', text: t('recon_remove_item', { row: index + 1 }) }));
    });
  }

  return {
    node, rows, add,
    clear() { rows.splice(0); fill(list); },
    value: () => rows.filter(isUsed).map((row) => ({
      kind, amount: typed(row.amount), ...(row.date.value ? { date: row.date.value } : {}), ...(row.summary.value.trim() ? { summary: row.summary.value.trim() } : {}),
      ...(row.line ? { line: row.line } : {}),
    })),
  };
}

function isUsed(row) {
  return Boolean(row.amount.value.trim() || row.summary.value.trim() || row.date.value);
}

function amountInput(label, value) {
  const input = h('input', { type: 'text', inputmode: 'decimal', autocomplete: 'off', class: 'amount', maxlength: 24, 'aria-label': t(label)[document.documentElement.lang], value: value ? grouped(value) : '' });
  input.addEventListener('blur', () => { if (typed(input)) input.value = grouped(typed(input)); });
  return input;
}

/** What was typed as the bank reads it; undefined where it is no amount. */
function typed(input) {
  const text = normal(input.value);
  return text && isAmount(text) ? text : undefined;
}
