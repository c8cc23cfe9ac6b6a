// 同城交换场次看板: items by stream and state, totals counted beside totals on paper, and what blocks the switch, the settlement or the day.
import './shell.js';
import { call, session } from './api.js';
import { grouped, scaled } from './amounts.js';
import { head, moment, often, refusal } from './board.js';
import { fill, h, speak } from './dom.js';
import { t } from './language.js';
import { addressOf } from './links.js';

const EVERY_SECONDS = 3;
const NUMBERS = { 1: 'exchange_session_1', 2: 'exchange_session_2' };
const STATES = { switched: 'exchange_switched', settled: 'exchange_settled' };
const ITEMS = 'clearing.exchange.items';
const [top, itemsCard, nextCard, sessionsCard] = ['head', 'items', 'next', 'sessions'].map((name) => document.getElementById(`exchange-${name}`));
const outlet = h('input', { id: 'exchange-outlet', inputmode: 'numeric', maxlength: '4', size: '6', value: session.get().outlet });
const asking = h('form', { class: 'inline', on: { submit: (event) => { event.preventDefault(); drawn = ''; draw(); } } },
  h('label', { for: 'exchange-outlet' }, t('outlet')), outlet, h('button', { type: 'submit', class: 'small' }, t('show')));
const updated = h('span', { class: 'count' });
const blockers = h('div', { 'aria-live': 'polite' });
const papers = new Map();
let drawn = '';

fill(top, head('exchange', updated, asking), blockers);
often(EVERY_SECONDS, draw);

async function draw() {
  try {
    const board = await call('GET', '/api/queries/clearing.exchange.board', { params: { outlet: outlet.value } });
    speak(updated, t('checked_at', { time: moment(new Date().toISOString()) }));
    const said = JSON.stringify(board);
    if (said === drawn) return;
    drawn = said;
    keepingFocus(() => [drawBlockers, drawItems, drawNext, drawSessions].forEach((each) => each(board)));
  } catch (problem) {
    drawn = '';
    fill(blockers, refusal(problem));
  }
}

/** Draw anew without taking the keyboard from the box somebody types into. */
function keepingFocus(action) {
  const focused = document.activeElement;
  const place = focused instanceof HTMLInputElement ? [focused.selectionStart, focused.selectionEnd] : null;
  action();
  if (place === null || !focused.isConnected || focused === document.activeElement) return;
  focused.focus({ preventScroll: true });
  focused.setSelectionRange(...place);
}

function drawBlockers({ blockers: found, business_date: date }) {
  fill(blockers, found.length
    ? [h('h3', { text: t('exchange_blocks_day', { date }) }), h('ul', { class: 'blocks' }, found.map((each) => h('li', { class: 'refusal', text: each })))]
    : h('p', { class: 'notice', text: t('exchange_blocks_nothing', { date }) }));
}

/** Streams down, states across; every number leads to its items. */
function drawItems({ items, outlet: place }) {
  if (!items.length) return fill(itemsCard, head('exchange_items'), h('p', { class: 'hint', text: t('nothing_found') }));
  const streams = distinct(items, 'stream', 'stream_name');
  const states = distinct(items, 'item_state', 'state_name');
  const cell = (stream, state) => {
    const found = items.find((each) => each.stream === stream && each.item_state === state);
    if (!found) return h('td', { class: 'amount' });
    const address = addressOf([ITEMS, { outlet: place, stream, state }]);
    return h('td', { class: 'amount' }, h('a', { href: address }, String(found.count)), h('small', { class: 'block' }, grouped(found.amount)));
  };
  return fill(itemsCard, head('exchange_items'), h('div', { class: 'scroll' }, h('table', {},
    h('thead', {}, h('tr', {}, h('th', { scope: 'col', text: t('exchange_stream') }), states.map(([, name]) => h('th', { scope: 'col', class: 'amount', text: name })))),
    h('tbody', {}, streams.map(([stream, name]) => h('tr', {}, h('th', { scope: 'row', text: name }), states.map(([state]) => cell(stream, state))))))));
}

function distinct(items, key, name) {
  return [...new Map(items.map((each) => [each[key], each[name]]))];
}

/** What the next switch would fix, beside what was counted on paper since the last one. */
function drawNext({ next_switch: next, sessions: [last], outlet: place }) {
  const key = `${place} after ${last ? `${last.exchange_date}/${last.session}` : 'none'}`;
  fill(nextCard, head('exchange_next', toTransaction('clearing.exchange.switch_session')), blocked(next.blocked), compared(key, next));
}

/** The sessions, the newest first; the first one that waits for its settlement is compared with paper. */
function drawSessions({ sessions, outlet: place }) {
  const waiting = sessions.filter((each) => each.session_state === 'switched').at(-1);
  fill(sessionsCard, head('exchange_sessions', toTransaction('clearing.exchange.settle')),
    sessions.length ? sessions.map((each) => drawSession(each, place, each === waiting)) : h('p', { class: 'hint', text: t('exchange_no_sessions') }));
}

function drawSession(one, place, waits) {
  const settled = one.session_state === 'settled';
  const title = h('h3', {}, `${one.exchange_date} `, t(NUMBERS[one.session]), ' ',
    h('span', { class: `badge ${settled ? 'done' : 'running'}`, text: t(STATES[one.session_state]) }));
  const who = h('p', { class: 'count' }, t('exchange_switched_by', { teller: one.switched_by, date: one.switched_on }),
    settled && [' · ', t('exchange_settled_by', { teller: one.settled_by, date: one.settled_on })]);
  const figures = waits ? compared(`${place} ${one.exchange_date}/${one.session}`, one) : counted(one, settled);
  return h('article', { class: 'session-figures' }, title, who, blocked(one.blocked), figures);
}

function blocked(reason) {
  return reason && h('p', { class: 'refusal', text: reason });
}

function toTransaction(code) {
  return h('a', { class: 'button small', href: `/teller#${code}` }, t(code.endsWith('settle') ? 'exchange_to_settle' : 'exchange_to_switch'));
}

/** Figures as the system counts them; of a settled session beside those that were entered. */
function counted(one, settled) {
  const row = (each) => h('tr', {}, h('th', { scope: 'row', text: each.column_name }), figures(each.count, each.amount),
    settled && figures(each.entered_count, each.entered_amount));
  return table(one, settled ? [t('exchange_counted'), t('exchange_entered')] : [t('exchange_counted')], one.rows.map(row));
}

function figures(count, amount) {
  return [h('td', { class: 'integer' }, String(count)), h('td', { class: 'amount' }, grouped(amount))];
}

function table(one, groups, rows) {
  const heads = groups.map((group) => h('th', { scope: 'colgroup', colspan: '2', class: 'amount', text: group }));
  const net = one.debit_net === '0.00' ? ['exchange_credit_net', one.credit_net] : ['exchange_debit_net', one.debit_net];
  const total = h('tr', {}, h('td', { text: t('total') }), h('td', { class: 'integer' }, String(one.total_count)),
    h('td', { class: 'amount' }, t(net[0]), ' ', grouped(net[1])), groups.length > 1 && h('td', { colspan: '2' }));
  return h('div', { class: 'scroll' }, h('table', { class: 'figures' }, h('thead', {}, h('tr', {}, h('th', { scope: 'col', text: t('exchange_column') }), heads)),
    h('tbody', {}, rows), h('tfoot', {}, total)));
}

/** Figures counted by the system beside boxes for those counted on paper; what differs is marked as it is typed. The boxes outlive a refresh. */
function compared(key, one) {
  if (!papers.has(key)) papers.set(key, new Map());
  const boxes = papers.get(key);
  const rows = one.rows.map((each) => {
    const label = (what) => ({ zh: `${each.column_name.zh}${t(what).zh}`, en: `${each.column_name.en}: ${t(what).en}` });
    if (!boxes.has(each.column)) boxes.set(each.column, [box(label('exchange_paper_count')), box(label('exchange_paper_amount'))]);
    const [count, amount] = boxes.get(each.column);
    count.counted = String(each.count);
    amount.counted = each.amount;
    mark(count);
    mark(amount);
    return h('tr', {}, h('th', { scope: 'row', text: each.column_name }), figures(each.count, each.amount),
      h('td', { class: 'integer' }, count.node), h('td', { class: 'amount' }, amount.node));
  });
  return table(one, [t('exchange_counted'), t('exchange_paper')], rows);
}

function box(label) {
  const node = h('input', { class: 'paper', inputmode: 'decimal', size: '12', on: { input: () => mark(found) } });
  const said = h('label', { class: 'paper-box' }, h('span', { class: 'unseen', text: label }), node);
  const found = { node: said, input: node, counted: '' };
  return found;
}

function mark({ input, counted: expected }) {
  const differs = input.value.trim() !== '' && scaled(input.value) !== scaled(expected);
  input.setAttribute('aria-invalid', String(differs));
  input.classList.toggle('same', input.value.trim() !== '' && !differs);
}
