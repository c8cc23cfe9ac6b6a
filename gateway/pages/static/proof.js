// 总分核对: the five proofs of a date, the books side by side, where an account first differs, the dates proved.
import './shell.js';
import { call } from './api.js';
import { columnsTable } from './answers.js';
import { grouped } from './amounts.js';
import { head, moment, refusal } from './board.js';
import { fill, h } from './dom.js';
import { t, term } from './language.js';

const KINDS = ['trial_balance', 'subledgers', 'positions', 'mirrors', 'completeness'];
const [top, groupsCard, drillCard, historyCard] = ['head', 'groups', 'drill', 'history'].map((name) => document.getElementById(`proof-${name}`));
const asked = () => Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
const column = (key, text, kind = 'text') => ({ key, kind, label: t(text) });
const GROUPS = [
  column('outlet', 'outlet'), column('business_code', 'proof_class'), column('currency', 'proof_currency'), column('sub_ledger', 'proof_sub_ledger', 'amount'),
  column('ledger', 'proof_ledger', 'amount'), column('clearing', 'proof_clearing', 'amount'), column('difference', 'proof_difference', 'amount'), column('verdict', 'proof_verdict'),
];
const POSTINGS = [column('posting_id', 'proof_posting'), column('kept', 'proof_kept', 'amount'), column('ledger', 'proof_ledger', 'amount'), column('difference', 'proof_difference', 'amount'), column('reason', 'reason')];
const HISTORY = [column('date_link', 'business_date'), column('verdict', 'proof_verdict'), ...KINDS.map((kind) => column(kind, `proof_${kind}`, 'amount')), column('made', 'proof_made_at')];

const verdict = (holds) => h('span', { class: holds ? 'approved' : 'refusal', text: t(holds ? 'proof_holds' : 'proof_fails') });
const onDate = (date) => `#${new URLSearchParams({ date })}`;

/** One part of the page: what goes wrong in it keeps nothing else from being shown. */
async function part(card, draw) {
  card.setAttribute('aria-busy', 'true');
  try {
    await draw(card);
  } catch (problem) {
    fill(card, refusal(problem));
  } finally {
    card.removeAttribute('aria-busy');
  }
}

async function drawProofs(card) {
  const date = h('input', { type: 'date', id: 'proof-date', value: asked().date ?? '' });
  const form = h('form', { class: 'inline', on: { submit: (event) => { event.preventDefault(); location.hash = date.value ? onDate(date.value) : ''; } } },
    h('label', { for: 'proof-date' }, t('business_date')), date, h('button', { type: 'submit', class: 'small' }, t('show')));
  fill(card, head('proof', form));
  const proof = await call('GET', '/api/queries/books.proof', { params: { date: asked().date } });
  date.value = proof.business_date;
  fill(card, head('proof', form),
    h('p', { class: 'hint', text: proof.stored ? t('proof_stored', { time: moment(proof.made_at) }) : t('proof_live') }),
    h('div', { class: 'proofs' }, KINDS.map((kind) => h('section', { class: 'proof', 'data-kind': kind }, h('h3', {}, t(`proof_${kind}`), ' ', verdict(proof[kind].holds)),
      !proof[kind].holds && [h('p', {}, t('proof_difference'), ' ', h('strong', { class: 'amount' }, grouped(proof[kind].difference))), openItems(proof[kind].open_items)]))));
}

function openItems(items) {
  return h('ul', { class: 'open-items' }, items.map((item) => h('li', {},
    h('span', {}, [item.outlet, item.business_code].filter(Boolean).join(' '), ' ', item.account ? accountOf(item) : ''),
    h('span', {}, `${item.ours_of} `, h('span', { class: 'amount' }, grouped(item.ours)), ` / ${item.theirs_of} `, h('span', { class: 'amount' }, grouped(item.theirs))),
    item.reason && h('span', { class: 'refusal', text: item.reason }))));
}

/** An account of a customer leads to its first difference; others to their entries. */
function accountOf({ account, currency }) {
  return account.startsWith('9') ? h('a', { href: `/queries#account.detail?${new URLSearchParams({ account })}` }, account)
    : h('a', { href: `#${new URLSearchParams({ ...asked(), account, currency: currency ?? 'CNY' })}` }, account);
}

async function drawGroups(card) {
  const { date, outlet = '', different } = asked();
  const place = h('input', { id: 'proof-outlet', inputmode: 'numeric', maxlength: 4, size: 6, value: outlet });
  const only = h('input', { type: 'checkbox', id: 'proof-different' });
  only.checked = different === 'true';
  const go = (event) => {
    event.preventDefault();
    const conditions = { ...(date ? { date } : {}), ...(place.value ? { outlet: place.value } : {}), ...(only.checked ? { different: 'true' } : {}) };
    location.hash = new URLSearchParams(conditions);
  };
  const form = h('form', { class: 'inline', on: { submit: go } }, h('label', { for: 'proof-outlet' }, t('outlet')), place,
    only, h('label', { for: 'proof-different' }, t('proof_only_different')), h('button', { type: 'submit', class: 'small' }, t('show')));
  const area = h('div');
  const look = async (after) => {
    const { rows, next } = await call('GET', '/api/queries/books.proof_groups', { params: { date, outlet, different, after, limit: 200 } });
    const more = next && h('button', { type: 'button', on: { click: () => part(area, () => look(next)) } }, t('recon_more'));
    fill(area, rows.length ? columnsTable(GROUPS, rows.map(shownGroup)) : h('p', { class: 'hint', text: t('proof_nothing') }), more);
  };
  fill(card, head('proof_groups', form), area);
  await part(area, () => look());
}

function shownGroup(row) {
  const side = row.owner === 'clearing' ? 'clearing' : 'sub_ledger';
  return { ...row, [side]: row.kept, verdict: verdict(row.same) };
}

async function drawDrill(card) {
  const { account, currency } = asked();
  card.hidden = !account;
  if (!account) return;
  const said = await call('GET', '/api/queries/books.proof_account', { params: { account, currency } });
  const link = h('a', { href: `/queries#account.detail?${new URLSearchParams({ account })}` }, account);
  fill(card, head('proof_drill', link),
    h('p', {}, term('owner'), ` ${said.owner} `, h('span', { class: 'amount' }, grouped(said.kept)), ' / ', t('proof_ledger'), ' ', h('span', { class: 'amount' }, grouped(said.ledger)), ' ', verdict(said.same)),
    said.first_date && [h('p', { class: 'refusal', text: t('proof_first', { date: said.first_date }) }), columnsTable(POSTINGS, said.postings.map((each) => ({ ...each, reason: each.reason ?? '' }))),
      !said.complete && h('p', { class: 'hint', text: t('proof_cut') })]);
  card.scrollIntoView({ block: 'nearest' });
}

async function drawHistory(card) {
  const area = h('div');
  const look = async (after) => {
    const { rows, next } = await call('GET', '/api/queries/books.proof_history', { params: { after, limit: 20 } });
    const shown = rows.map((row) => ({ ...row, date_link: h('a', { href: onDate(row.business_date) }, row.business_date), verdict: verdict(row.holds), made: moment(row.made_at) }));
    const more = next && h('button', { type: 'button', on: { click: () => part(area, () => look(next)) } }, t('recon_more'));
    fill(area, rows.length ? columnsTable(HISTORY, shown) : h('p', { class: 'hint', text: t('proof_nothing') }), more);
  };
  fill(card, head('proof_history'), area);
  await part(area, () => look());
}

function draw() {
  return Promise.all([part(top, drawProofs), part(groupsCard, drawGroups), part(drillCard, drawDrill), part(historyCard, drawHistory)]);
}

addEventListener('hashchange', draw);
await draw();
