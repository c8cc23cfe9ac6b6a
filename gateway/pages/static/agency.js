// 代理批量文件: the file with the lines of a batch is sent, what is wrong with it told line by line, and how far its posting is.
import './shell.js';
import { call } from './api.js';
import { columnsTable, factsOf } from './answers.js';
import { loadCatalogue } from './catalogue.js';
import { fill, h } from './dom.js';
import { makeForm } from './form.js';
import { announce, t } from './language.js';
import { addressOf } from './links.js';

const work = document.getElementById('work');
const SCHEMA = {
  required: ['contract', 'batch', 'file'],
  properties: {
    contract: { type: 'string', pattern: '^[0-9]{8}$', maxLength: 8, 'x-label': t('agency_contract') },
    batch: { type: 'integer', 'x-label': t('agency_batch') },
    file: { type: 'string', 'x-widget': 'file', 'x-accept': '.csv,.txt,.xlsx', 'x-label': t('agency_file'), 'x-hint': t('agency_file_hint') },
  },
};
const ERRORS = [['line', 'integer'], ['column', 'text'], ['message', 'text']]
  .map(([key, kind]) => ({ key, kind, label: t({ line: 'agency_line', column: 'agency_column', message: 'agency_problem' }[key]) }));

const answer = h('section', { class: 'answer-area', 'aria-live': 'polite' });
const progress = h('section', { class: 'answer-area', 'aria-live': 'polite' });
const sender = h('button', { type: 'submit', class: 'primary' }, t('agency_send'), h('kbd', {}, 'Enter'));
const looker = h('button', { type: 'button', on: { click: look } }, t('agency_look'));
const form = makeForm(SCHEMA, { submit: send, changed: () => fill(answer), values: asked(), buttons: [sender, looker] });

/** What the address names: `/agency#contract=…&batch=…`. */
function asked() {
  const given = new URLSearchParams(location.hash.slice(1));
  return { contract: given.get('contract') ?? undefined, batch: given.get('batch') ?? undefined };
}

async function send() {
  const { contract, batch, file } = form.body();
  if (sender.disabled) return;
  form.clear();
  fill(answer, h('p', { class: 'hint', text: t('agency_sending') }));
  answer.setAttribute('aria-busy', 'true');
  sender.disabled = true;
  try {
    const taken = await call('POST', `/api/agency/contracts/${contract}/batches/${batch}/file`, { body: file, params: { file_name: file.name } });
    const run = h('a', { class: 'button', href: '/teller#savings.agency.run_batch' }, t('agency_run'));
    const items = h('a', { class: 'button', href: addressOf(['agency.items', { contract, batch }]) }, t('agency_items'));
    fill(answer, h('h2', { text: t('agency_taken') }), factsOf(taken), h('div', { class: 'actions' }, run, items));
    announce(t('done'));
    await look();
    run.focus();
  } catch (problem) {
    fill(answer, wrongLines(problem.errors));
    form.show({ ...problem, errors: [], text: problem.text });
  } finally {
    answer.removeAttribute('aria-busy');
    sender.disabled = false;
  }
}

/** The wrong cells of a refused file, as far as they are told. */
function wrongLines(errors) {
  const lines = errors.filter((each) => each.line !== undefined);
  if (!lines.length) return null;
  return [h('h2', { text: t('agency_errors') }), columnsTable(ERRORS, lines), lines.length >= 50 && h('p', { class: 'hint', text: t('agency_more', { count: lines.length }) })];
}

/** The batch as its list shows it now. */
async function look() {
  const { contract, batch } = form.body();
  try {
    const [{ queries }, { rows }] = await Promise.all([loadCatalogue(), call('GET', '/api/queries/agency.batches', { params: { contract, batch } })]);
    const { columns } = queries.find((each) => each.id === 'agency.batches');
    fill(progress, h('h2', { text: t('agency_progress') }), columnsTable(columns, rows));
  } catch (problem) {
    form.show(problem);
  }
}

fill(work, h('header', { class: 'title' }, h('h1', { text: t('agency') })), h('p', { class: 'hint', text: t('agency_claim') }), form.node, answer, progress);
form.focus();
