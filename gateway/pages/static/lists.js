// Queries and reports: the list from the catalogue, the conditions, the answer with its pages, links and exports.
import './shell.js';
import { call, download } from './api.js';
import { decimalsOf, isAmount, scaled, unscaled } from './amounts.js';
import { columnsTable, factsOf, tableOf } from './answers.js';
import { loadCatalogue } from './catalogue.js';
import { fill, h } from './dom.js';
import { makeFinder } from './finder.js';
import { makeForm } from './form.js';
import { announce, hasText, t } from './language.js';
import { positionTree } from './positions.js';
import { focusRow } from './rowkeys.js';

const CURSOR = 'after';
const PAGE = 'limit';
/** Answers with a shape of their own. */
const DRAWN = { 'ledger.position': positionTree };
const FORMATS = ['xlsx', 'csv', 'pdf', 'html'];
/** How many rows are fetched for paper at the most; longer lists are exported. */
const PRINTED_ROWS = 2000;
const work = document.getElementById('work');
const reports = work.dataset.list === 'reports';
let catalogue = null;
let finder = null;
let form = null;
let turn = 0;

/** Start with an entry of the list; conditions that the address gives are filled in and asked at once. */
function start(entry, given = {}) {
  turn += 1;
  finder.mark(entry.id);
  const answer = h('section', { class: 'answer-area', 'aria-live': 'polite' });
  const asker = h('button', { type: 'submit', class: 'primary' }, t(reports ? 'make_report' : 'ask'), h('kbd', {}, 'Enter'));
  form = makeForm(entry.schema, { submit: () => ask(entry, form, answer), hidden: [CURSOR, PAGE], values: given, buttons: [asker] });
  fill(work, h('header', { class: 'title' }, h('h1', { text: entry.name }), h('code', {}, entry.id)), form.node, answer);
  work.scrollTop = 0;
  form.focus();
  const needed = entry.schema.required ?? [];
  if (needed.every((name) => given[name] !== undefined) && (Object.keys(given).length || needed.length === 0)) ask(entry, form, answer);
}

async function ask(entry, form, area) {
  const mine = (turn += 1);
  const params = form.body();
  form.clear();
  history.replaceState(null, '', `#${entry.id}${Object.keys(params).length ? `?${new URLSearchParams(params)}` : ''}`);
  area.setAttribute('aria-busy', 'true');
  try {
    const answer = await call('GET', `/api/${reports ? 'reports' : 'queries'}/${entry.id}`, { params: reports ? { ...params, format: 'json' } : params });
    if (mine === turn) show(entry, params, answer, area, form);
  } catch (problem) {
    if (mine !== turn) return;
    fill(area);
    form.show(problem);
  } finally {
    area.removeAttribute('aria-busy');
  }
}

function show(entry, params, answer, area, form) {
  const context = contextOf(entry, answer, params);
  const tools = (list = null) => toolbar(entry, params, form, list);
  if (reports) {
    const pages = pagesOf(entry, params, answer, context, form);
    return fill(area, tools(pages), ...reportHead(answer), pages.node);
  }
  if (DRAWN[entry.id]) return fill(area, tools(), DRAWN[entry.id](answer));
  const { rows, next, ...facts } = answer;
  const plain = Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== null));
  const list = Array.isArray(rows) ? pagesOf(entry, params, { rows, next, columns: entry.columns }, context, form) : null;
  fill(area, tools(list ?? (answer.entries ? {} : null)), Object.keys(plain).length > 0 && factsOf(plain, context), list?.node);
  announce(list ? t('rows_shown', { count: rows.length }) : t('done'));
  if (list) focusRow(list.node);
}

/** What the cells of an answer need to know: the choices its form declares, where links may lead, the date asked for. */
function contextOf(entry, answer, params) {
  const declared = Object.entries(entry.schema.properties ?? {}).filter(([, schema]) => schema['x-choices']);
  return {
    choices: Object.fromEntries(declared.map(([name, schema]) => [name, schema['x-choices']])),
    queries: catalogue.queries,
    self: entry.id,
    date: answer.business_date ?? answer.date ?? params.date,
  };
}

function reportHead({ title, headers }) {
  return [
    h('h2', { class: 'report-title', text: title }),
    headers.length > 0 && h('dl', { class: 'facts line' }, headers.map(({ label, value }) => h('div', {}, h('dt', { text: label }), h('dd', { text: value })))),
  ];
}

/** The sum of two totals of a column; labels stay as they are. */
function added(one, other) {
  if (typeof one === 'number' && typeof other === 'number') return one + other;
  return isAmount(String(one)) && isAmount(String(other)) ? unscaled(scaled(one) + scaled(other), decimalsOf([one, other])) : one;
}

/** Rows with a button for the next page as long as there is a cursor: `{node, all(most)}`; `all` fetches the pages that are missing. */
function pagesOf(entry, params, { rows: first, next: cursor, columns, totals = {} }, context, form) {
  const rows = [...first];
  const sums = { ...totals };
  const node = h('div');
  let next = cursor;
  const more = h('button', { type: 'button', on: { click: turnPage } }, t('more_rows'));
  const table = () => (columns?.length ? columnsTable(columns, rows, sums, context) : tableOf(rows, context));

  function draw() {
    fill(node,
      rows.length ? table() : h('p', { class: 'hint', text: t('nothing_found') }),
      rows.length > 0 && (next || !reports) && h('p', { class: 'actions' }, h('span', { class: 'hint', text: t('rows_shown', { count: rows.length }) }), next && more));
  }

  async function fetchPage() {
    const answer = await call('GET', `/api/${reports ? 'reports' : 'queries'}/${entry.id}`, { params: { ...params, [CURSOR]: next } });
    rows.push(...answer.rows);
    for (const [key, total] of Object.entries(answer.totals ?? {})) sums[key] = added(sums[key], total);
    next = answer.next;
    announce(t('rows_shown', { count: rows.length }));
  }

  async function turnPage() {
    const shown = rows.length;
    more.disabled = true;
    try {
      await fetchPage();
      draw();
      if (!focusRow(node, shown) && next) more.focus();
    } catch (problem) {
      form.show(problem);
    } finally {
      more.disabled = false;
    }
  }

  async function all(most) {
    while (next && rows.length < most) await fetchPage();
    draw();
    return !next;
  }

  draw();
  return { node, all };
}

/** Export and print. A list is exported and printed with all its pages, whatever the screen shows. */
function toolbar(entry, params, form, list) {
  const path = `/api/${reports ? 'reports' : 'queries'}/${entry.id}`;
  const exporter = (format) => h('button', {
    type: 'button', class: 'small', on: { click: (event) => busily(event.target, form, () => download(path, { ...params, format })) },
  }, format.toUpperCase());
  const printer = h('button', { type: 'button', class: 'small', on: { click: () => busily(printer, form, () => printAll(list, form)) } }, t('print'));
  return h('div', { class: 'toolbar' },
    (reports || list) && [h('span', { class: 'hint', text: t('export') }), FORMATS.map(exporter)],
    printer);
}

/** Do something that takes its time; the button is out of use meanwhile, and a refusal is shown at the form. */
async function busily(button, form, action) {
  button.disabled = true;
  button.setAttribute('aria-busy', 'true');
  form.clear();
  try {
    await action();
  } catch (problem) {
    form.show(problem);
  } finally {
    button.disabled = false;
    button.removeAttribute('aria-busy');
  }
}

async function printAll(list, form) {
  if (list?.all && !(await list.all(PRINTED_ROWS))) {
    form.say(t('too_long_to_print', { count: PRINTED_ROWS }));
    return;
  }
  print();
}

function inGroups(entries) {
  if (reports) return entries;
  return entries.map((entry) => {
    const group = `group_${entry.id.split('.')[0]}`;
    return { ...entry, menu: [t(hasText(group) ? group : 'group_other')] };
  });
}

function fromAddress() {
  const [id, query = ''] = decodeURI(location.hash.slice(1)).split('?');
  const entry = entries().find((each) => each.id === id);
  if (entry) start(entry, Object.fromEntries(new URLSearchParams(query)));
  return Boolean(entry);
}

function entries() {
  return reports ? catalogue.reports : catalogue.queries;
}

const shortcuts = { F2: () => finder.focus(), Escape: () => form?.focus() };

document.addEventListener('keydown', (event) => {
  if (!finder || !shortcuts[event.key] || event.isComposing) return;
  event.preventDefault();
  shortcuts[event.key]();
});

try {
  catalogue = await loadCatalogue();
  finder = makeFinder(document.getElementById('finder'), {
    entries: inGroups(entries()), label: t('find'), hint: t('find_hint'), treeLabel: t(reports ? 'report_list' : 'query_list'), open: (entry) => start(entry), keycap: 'F2',
  });
  if (!fromAddress()) {
    fill(work, h('div', { class: 'rest' }, h('h1', { text: t(reports ? 'choose_report' : 'choose_query') }), h('p', { class: 'hint', text: t('choose_list_hint') })));
    finder.focus();
  }
  addEventListener('hashchange', fromAddress);
} catch (problem) {
  fill(work, h('p', { class: 'refusal', role: 'alert', text: problem.text ?? String(problem) }));
}
