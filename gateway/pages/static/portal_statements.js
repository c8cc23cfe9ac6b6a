// 账单列表: the statements of the operator's company, by condition, page by page (ER 20, 24, 52-60).
import { ask, operator } from './portal_shell.js';
import { columnsTable } from './answers.js';
import { fill, h } from './dom.js';
import { makeForm } from './form.js';
import { t } from './language.js';
import { focusRow } from './rowkeys.js';
import { resultOf, stateOf } from './portal_words.js';

const VIEWS = operator().role === 'supervisor' ? ['to_decide', 'all'] : ['to_handle', 'all'];
const STATES = ['unhandled', 'fetched', 'waiting_approval', 'refused', 'agreed', 'investigating', 'answered', 'replied_again', 'closed'];
const CONDITIONS = ['number', 'account', 'kind', 'state', 'date_from', 'date_to'];
const column = (key, text, kind = 'text') => ({ key, kind, label: t(text) });
const COLUMNS = [
  column('number_link', 'recon_number'), column('account', 'recon_account'), column('kind_name', 'recon_kind'), column('period', 'recon_period'),
  column('closing_balance', 'recon_closing', 'amount'), column('due', 'recon_due'), column('state_text', 'recon_state'), column('result_text', 'recon_result'),
];
const choices = (values, text) => values.map((value) => ({ value, ...text(value) }));
const SCHEMA = {
  properties: {
    number: { type: 'string', pattern: '^[0-9]{16}$', maxLength: 16, 'x-label': t('recon_number') },
    account: { type: 'string', 'x-label': t('recon_account'), 'x-choices': choices(operator().accounts, (account) => ({ zh: account, en: account })) },
    kind: { type: 'string', 'x-label': t('recon_kind'), 'x-choices': choices(['balance', 'detail'], (kind) => t(`recon_kind_${kind}`)) },
    state: { type: 'string', 'x-label': t('recon_state'), 'x-choices': choices(STATES, stateOf) },
    date_from: { type: 'string', format: 'date', 'x-label': t('recon_closing_from') },
    date_to: { type: 'string', format: 'date', 'x-label': t('recon_closing_to') },
  },
};

const given = new URLSearchParams(location.hash.slice(1));
let view = VIEWS.includes(given.get('view')) ? given.get('view') : VIEWS[0];
const tabs = h('div', { class: 'tabs', role: 'tablist' });
const answer = h('section', { class: 'answer-area', 'aria-live': 'polite' });
const searcher = h('button', { type: 'submit', class: 'primary' }, t('recon_search'));
const resetter = h('a', { class: 'button', href: '/portal/statements', on: { click: (event) => { event.preventDefault(); go({}); } } }, t('recon_reset'));
const preset = Object.fromEntries(CONDITIONS.map((name) => [name, given.get(name) ?? undefined]));
const form = makeForm(SCHEMA, { submit: () => go(form.body()), values: preset, buttons: [searcher, resetter] });

/** Look with other conditions; the address keeps them, so that coming back finds the same list. */
function go(conditions) {
  location.hash = new URLSearchParams({ view, ...conditions });
}

function drawTabs() {
  fill(tabs, VIEWS.map((each) => h('button', {
    type: 'button', role: 'tab', 'aria-selected': String(each === view), on: { click: () => { view = each; go(form.body()); } },
  }, t(`recon_${each}`))));
}

async function draw(after) {
  answer.setAttribute('aria-busy', 'true');
  try {
    const { rows, next } = await ask('GET', '/statements', { params: { view, ...preset, after } });
    const more = next && h('button', { type: 'button', on: { click: () => draw(next) } }, t('recon_more'));
    fill(answer, rows.length ? columnsTable(COLUMNS, rows.map(shownRow)) : h('p', { class: 'hint', text: t('recon_nothing') }), more && h('div', { class: 'actions' }, more));
    focusRow(answer);
  } catch (problem) {
    form.show(problem);
  } finally {
    answer.removeAttribute('aria-busy');
  }
}

function shownRow(row) {
  return {
    number_link: h('a', { href: `/portal/statement#${row.number}` }, row.number),
    account: row.account, kind_name: t(`recon_kind_${row.kind}`), period: `${row.date_from} – ${row.date_to}`, closing_balance: row.closing_balance,
    due: row.overdue ? h('span', {}, row.due_on, h('span', { class: 'tag bad' }, t('recon_overdue'))) : row.due_on,
    state_text: stateOf(row.state), result_text: row.result ? resultOf(row.result) : '',
  };
}

addEventListener('hashchange', () => location.reload());
drawTabs();
fill(document.getElementById('work'), h('header', { class: 'title' }, h('h1', { text: t('recon_statements') })), tabs, form.node, answer);
await draw();
