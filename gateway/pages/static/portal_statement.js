// 账单处理: one statement, what the operator can do to it, its entries, replies and track (ER 20-60).
import { ask } from './portal_shell.js';
import { columnsTable } from './answers.js';
import { grouped } from './amounts.js';
import { fill, h } from './dom.js';
import { announce, language, t } from './language.js';
import { makeDecision } from './portal_decision.js';
import { makeReply } from './portal_reply.js';
import { drawReplies, drawTrack } from './portal_track.js';
import { facts, refused, resultOf, stateOf } from './portal_words.js';

const work = document.getElementById('work');
const number = location.hash.slice(1);
const FORMATS = ['pdf', 'xlsx', 'csv'];
const REPLIES = ['reply', 'reply_again'];
const column = (key, text, kind = 'text') => ({ key, kind, label: t(text) });
const LINES = [
  column('line', 'recon_line', 'integer'), column('business_date', 'recon_date'), column('transaction_number', 'recon_transaction'),
  column('voucher_number', 'recon_voucher'), column('summary', 'recon_summary'), column('debit', 'recon_paid', 'amount'),
  column('credit', 'recon_received', 'amount'), column('balance_after', 'recon_balance', 'amount'),
];
const said = h('div', { role: 'status' });

/** Do something to the statement and show it as it stands then; what was done is told. */
export async function act(name, body, text) {
  const statement = await ask('POST', `/statements/${number}/${name}`, { body });
  draw(statement);
  fill(said, text && h('p', { class: 'notice', text }));
  if (text) announce(text);
  said.scrollIntoView({ block: 'nearest' });
}

function headOf(statement) {
  return facts([
    ['recon_number', statement.number], ['recon_account', statement.account], ['recon_name', statement.name], ['recon_outlet', statement.outlet],
    ['recon_kind', t(`recon_kind_${statement.kind}`)], ['recon_period', `${statement.date_from} – ${statement.date_to}`],
    ['recon_opening', grouped(statement.opening_balance)], ['recon_closing', h('strong', {}, grouped(statement.closing_balance))],
    ['recon_debit', `${grouped(statement.debit_total)} (${statement.debit_count})`], ['recon_credit', `${grouped(statement.credit_total)} (${statement.credit_count})`],
    ['recon_due', [statement.due_on, statement.overdue && h('span', { class: 'tag bad' }, t('recon_overdue'))]],
    ['recon_result', statement.result && resultOf(statement.result)],
  ]);
}

/** 下载、打印: links, so that the browser's own ways of keeping and printing files work. */
function papers() {
  const address = (format) => `/api/portal/papers/${number}?${new URLSearchParams({ format, language: language() })}`;
  const link = (format, text) => h('a', { class: 'button', href: address(format), target: format === 'html' ? '_blank' : undefined, rel: 'opener', 'data-format': format }, text);
  return h('div', { class: 'actions papers' }, FORMATS.map((format) => link(format, [t('recon_download'), ` ${format.toUpperCase()}`])), link('html', t('recon_print')));
}

function acts(statement) {
  const can = (name) => statement.acts.includes(name);
  if (statement.acts.some((each) => REPLIES.includes(each))) {
    const taker = can('fetch') && h('button', { type: 'button', id: 'fetch', on: { click: () => tried(() => act('fetch')) } }, t('recon_fetch'));
    return [taker && h('div', { class: 'actions' }, taker), makeReply(statement, act)];
  }
  if (can('approve')) return makeDecision(statement, act);
  if (can('recall')) return h('div', { class: 'actions' }, h('button', { type: 'button', on: { click: () => tried(() => act('recall', { version: statement.version }, t('recon_recalled'))) } }, t('recon_recall')));
  return null;
}

async function tried(action) {
  try {
    await action();
  } catch (problem) {
    fill(said, refused(problem));
  }
}

/** The entries of a detail statement, a page at a time. */
function makeLines(statement) {
  if (!statement.lines) return null;
  const area = h('div', { class: 'scroll' });
  const look = async (after) => {
    const { rows, next } = await ask('GET', `/statements/${number}/lines`, { params: { after } });
    const more = next && h('button', { type: 'button', on: { click: () => tried(() => look(next)) } }, t('recon_more'));
    fill(area, columnsTable(LINES, rows.map((row) => ({ ...row, [row.direction]: row.amount }))), more && h('div', { class: 'actions' }, more));
  };
  tried(() => look());
  return h('section', { class: 'part' }, h('h2', { text: t('recon_lines') }), area);
}

function draw(statement) {
  fill(work,
    h('header', { class: 'title' }, h('h1', { text: t('recon_statement') }), h('span', { class: 'tag state', 'data-state': statement.state }, stateOf(statement.state)),
      h('a', { class: 'back', href: '/portal/statements' }, t('recon_back'))),
    said, headOf(statement), papers(),
    statement.answer && h('section', { class: 'part answer' }, h('h2', { text: t('recon_answer') }), h('p', { class: 'notice', text: statement.answer })),
    acts(statement), drawReplies(statement), makeLines(statement), drawTrack(statement));
}

addEventListener('hashchange', () => location.reload());
try {
  draw(await ask('GET', `/statements/${number}`));
} catch (problem) {
  fill(work, refused(problem), h('a', { href: '/portal/statements' }, t('recon_back')));
}
