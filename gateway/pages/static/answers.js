// Answers of queries and reports as tables: declared columns where there are some, else columns from the rows themselves.
import { decimalsOf, grouped, isAmount } from './amounts.js';
import { entriesTable, offSheetTable } from './entries.js';
import { h, isPair } from './dom.js';
import { isWritten, meaning, t, term } from './language.js';
import { addressOf, leadsTo } from './links.js';
import { walkRows } from './rowkeys.js';

const LONG_CHARACTERS = 40;
/** Beside a form, links open a window of their own that shares the session: what was typed stays. */
export const APART = { target: '_blank', rel: 'opener' };
/** Lists with a table of their own. */
const TABLES = { entries: (rows, context) => entriesTable(rows, { context }), off_sheet: (rows, context) => offSheetTable(rows, { context }) };

/** A value as a node: what is one already, texts in both languages, yes/no, amounts grouped, codes explained, objects as lists. */
export function valueNode(key, value, context = {}) {
  if (value === null || value === undefined || value === '') return h('span', { class: 'empty' }, '–');
  if (value instanceof Node) return value;
  if (isPair(value)) return h('span', { text: value });
  if (typeof value === 'boolean') return h('span', { class: `flag ${value}`, text: t(value ? 'yes' : 'no') });
  if (Array.isArray(value)) return value.length && typeof value[0] === 'object' ? tableOf(value, context) : h('span', {}, value.join(', ') || '–');
  if (key === 'rule' && value.name && value.version) return ruleNode(value, context);
  if (typeof value === 'object') return factsOf(value, context);
  if (isMoney(value)) return h('span', { class: 'amount' }, grouped(value));
  if (typeof value === 'string' && value.includes('\n')) return h('pre', {}, value);
  const text = isWritten(key) ? value : meaning(value, context.choices?.[key]);
  return linked(key, value, text, context);
}

function linked(key, value, text, context) {
  const goal = typeof value === 'string' && leadsTo(key, value, context.beside, context.date);
  const leads = goal && goal[0] !== context.self && context.queries?.some((each) => each.id === goal[0]);
  return leads ? h('a', { href: addressOf(goal), ...(context.apart ? APART : {}) }, isPair(text) ? text : String(value)) : h('span', { text: isPair(text) ? text : String(text) });
}

/** A posting rule: its name in both languages leads to the rule itself. */
function ruleNode(rule, context) {
  const goal = leadsTo('rule', rule);
  const name = [rule.title ?? rule.name, ' ', h('code', {}, `${rule.name} v${rule.version}`)];
  return context.queries?.some((each) => each.id === goal[0]) ? h('a', { href: addressOf(goal) }, name) : h('span', {}, name);
}

/** Whether a value is an amount: a decimal string with a point. */
export function isMoney(value) {
  return typeof value === 'string' && value.includes('.') && isAmount(value);
}

/** Facts of one object as a list of labels and values; what has a name beside its code shows the name. */
export function factsOf(object, context = {}) {
  const inner = { ...context, beside: object, date: object.business_date ?? context.date };
  const keys = shownKeys(object).sort((one, other) => nested(object[one]) - nested(object[other]));
  return h('dl', { class: 'facts' }, keys.map((key) => h('div', { class: nested(object[key]) ? `nested ${wide(object[key]) ? 'wide' : ''}` : '' },
    h('dt', { text: term(key, context.labels) }), h('dd', {}, TABLES[key] && Array.isArray(object[key])
      ? TABLES[key](object[key], inner) : valueNode(key, object[`${key}_name`] ?? object[key], inner)))));
}

/** Whether a value needs room of its own: an object or a list of objects. */
export function nested(value) {
  return typeof value === 'object' && value !== null && !isPair(value) && !(value.name && value.version) && (!Array.isArray(value) || typeof value[0] === 'object');
}

/** Whether a nested value needs the whole width: it is or holds a table. */
function wide(value) {
  return Array.isArray(value) || Object.values(value).some(nested);
}

/** The keys of an object that say something: not the empty ones, and a name only where its code does not stand beside it. */
function shownKeys(object) {
  return Object.keys(object).filter((key) => !isEmpty(object[key]) && !(key.endsWith('_name') && key.slice(0, -5) in object));
}

function isEmpty(value) {
  return value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0);
}

/** A table of rows whose columns follow from the rows. */
export function tableOf(rows, context = {}) {
  return columnsTable(inferred(rows, context), rows, {}, context);
}

function inferred(rows, context) {
  const keys = [...new Set(rows.flatMap(shownKeys))];
  return keys.map((key) => {
    const present = rows.map((row) => row[key]).filter((value) => !isEmpty(value));
    const kind = present.every(isMoney) ? 'amount' : present.every(Number.isInteger) ? 'integer' : 'text';
    return { key, label: term(key, context.labels), kind };
  });
}

/** A table with declared columns; totals stand in its foot. */
export function columnsTable(columns, rows, totals = {}, context = {}) {
  const decimals = Object.fromEntries(columns.filter((column) => column.kind === 'amount')
    .map((column) => [column.key, decimalsOf(rows.map((row) => row[column.key] ?? ''))]));
  const cell = (column, row) => h('td', { class: `${column.kind} ${String(row[column.key] ?? '').length > LONG_CHARACTERS ? 'long' : ''} ${String(row[column.key] ?? '').startsWith('-') && decimals[column.key] !== undefined ? 'negative' : ''}` },
    column.kind === 'amount' ? grouped(row[column.key] ?? '')
      : isEmpty(row[column.key]) ? '' : valueNode(column.key, row[`${column.key}_name`] ?? row[column.key],
        { ...context, beside: row, date: row.business_date ?? row.date ?? context.date }));
  const summed = columns.some((column) => totals[column.key] !== undefined && totals[column.key] !== null);
  return h('div', { class: 'scroll' }, h('table', { class: 'answer' },
    h('thead', {}, h('tr', {}, columns.map((column) => h('th', { scope: 'col', class: column.kind, text: column.label })))),
    walkRows(h('tbody', {}, rows.map((row) => h('tr', { class: row.red === true ? 'red' : '' }, columns.map((column) => cell(column, row)))))),
    summed && h('tfoot', {}, h('tr', {}, columns.map((column, index) => totals[column.key] === undefined && index === 0
      ? h('td', { text: t('total') }) : h('td', { class: column.kind }, isPair(totals[column.key]) ? totals[column.key] : grouped(totals[column.key] ?? '')))))));
}
