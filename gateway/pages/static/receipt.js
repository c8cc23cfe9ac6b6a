// The receipt as a bank slip in both languages, and the last ones of the session to print again.
import { session } from './api.js';
import { decimalsOf, grouped, inCapitals, isAmount, normal, scaled, unscaled } from './amounts.js';
import { nested, valueNode } from './answers.js';
import { fill, h, isPair } from './dom.js';
import { t, term } from './language.js';
import { setTables } from './entries.js';

const KEPT = 'receipts';
const KEPT_RECEIPTS = 5;

/** Both languages at once, as slips carry them. */
function both(pair) {
  return isPair(pair) ? [h('span', { lang: 'zh' }, pair.zh), h('small', { lang: 'en' }, pair.en)] : [String(pair)];
}

/** Keep a receipt for reprinting; the oldest leaves. */
export function keep(slip) {
  sessionStorage.setItem(KEPT, JSON.stringify([slip, ...kept()].slice(0, KEPT_RECEIPTS)));
}

/** The receipts kept, newest first. */
export function kept() {
  return JSON.parse(sessionStorage.getItem(KEPT) ?? '[]');
}

/** A slip to look at and to print; `again` marks a reprint. */
export function slipNode({ name, inputs, receipt, labels }, again = false) {
  const mine = session.get();
  const money = moneyOf(inputs, receipt);
  const result = Object.entries(receipt.result ?? {})
    .filter(([key, value]) => value !== null && !nested(value) && !inputs.some((each) => each.name === key && String(each.raw) === String(value)));
  const lists = Object.entries(receipt.result ?? {}).filter(([, value]) => nested(value));
  return h('article', { class: 'slip' },
    h('header', {},
      h('div', { class: 'slip-bank' }, h('img', { src: '/static/mark.svg', alt: '', width: 30, height: 30 }), h('div', {}, both(t('bank')))),
      h('h2', {}, both(name)),
      h('div', { class: 'slip-kind' }, both(again ? t('reprint') : t('receipt')))),
    h('dl', { class: 'slip-head' },
      pairs([[t('business_date'), receipt.business_date], [t('transaction_number'), receipt.transaction_number ?? '—'],
        [t('outlet'), receipt.outlet], [t('transaction_code'), receipt.code]])),
    h('div', { class: 'slip-body' },
      inputs.length > 0 && h('dl', {}, pairs(inputs.map((each) => [each.label, each.value]))),
      result.length > 0 && h('dl', {}, pairs(result.map(([key, value]) => [term(key, labels), valueNode(key, value)])))),
    lists.map(([key, value]) => h('section', {}, h('h3', {}, both(term(key, labels))), valueNode(key, value))),
    money && h('p', { class: 'slip-words' }, both(t('amount_in_words')),
      h('strong', { lang: 'zh' }, `人民币${inCapitals(money)}`), h('span', { class: 'amount' }, `¥${grouped(money)}`)),
    h('section', {}, setTables(receipt, { says: both })),
    h('footer', {},
      signature(t('operator'), receipt.teller), signature(t('second'), receipt.second ?? ''),
      signature(t('customer_signature'), ''), signature(t('bank_stamp'), ''),
      h('small', { class: 'slip-trace' }, [receipt.rule, receipt.posting_id, mine?.cash_box && `${t('cash_box').zh} ${mine.cash_box}`].filter(Boolean).join(' · '))));
}

/** The one amount a slip is about, in yuan and fen; null where there is none or it is in another currency. */
function moneyOf(inputs, receipt) {
  const given = (name) => inputs.find((each) => each.name === name)?.raw;
  if ((given('currency') ?? 'CNY') !== 'CNY') return null;
  const money = normal(String(given('amount') ?? receipt.result?.paid ?? receipt.result?.amount ?? ''));
  return isAmount(money) && inCapitals(money) ? unscaled(scaled(money), Math.max(2, decimalsOf([money]))) : null;
}

function pairs(list) {
  return list.map(([label, value]) => h('div', {}, h('dt', {}, both(label)), h('dd', {}, value instanceof Node ? value : both(value))));
}

function signature(label, value) {
  return h('div', { class: 'signature' }, h('span', {}, both(label)), h('strong', {}, value));
}

/** The list of kept receipts; `open(slip)` shows one again. */
export function showJournal(root, open) {
  const slips = kept();
  fill(root,
    h('h2', { text: t('recent_receipts') }),
    slips.length === 0 && h('p', { class: 'hint', text: t('no_receipts') }),
    h('ol', { class: 'journal' }, slips.map((slip) => h('li', {},
      h('button', { type: 'button', on: { click: () => open(slip) } },
        h('span', { class: 'number' }, slip.receipt.transaction_number ?? '—'),
        h('span', { text: slip.name }),
        h('span', { class: 'amount' }, String(slip.inputs.find((each) => each.name === 'amount')?.value ?? '')))))));
}
