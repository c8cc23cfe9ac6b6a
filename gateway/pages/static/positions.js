// The tree city / sub-branch / outlet with its reserves and today's net (IB 3842).
import { call, session } from './api.js';
import { grouped } from './amounts.js';
import { head, refusal } from './board.js';
import { fill, h } from './dom.js';
import { t } from './language.js';

const COLUMNS = [['110', 'reserve_central'], ['40701', 'reserve_city'], ['40702', 'reserve_branch'], ['net', 'net_today']];
const CITY = '0001';

/** A card with the positions of a date. */
export function showPositions(root) {
  const date = h('input', { type: 'date', id: 'position-date' });
  date.value = session.get().business_date ?? '';
  const content = h('div');
  const form = h('form', { class: 'inline', on: { submit: (event) => { event.preventDefault(); draw(); } } },
    h('label', { for: 'position-date' }, t('business_date')), date, h('button', { type: 'submit', class: 'small' }, t('show')));
  fill(root, head('positions', form), content);

  async function draw() {
    try {
      const answer = await call('GET', '/api/queries/ledger.position', { params: { date: date.value } });
      fill(content, treeTable(rowsOf(answer)));
    } catch (problem) {
      fill(content, refusal(problem));
    }
  }

  draw();
}

/** The tree in reading order: `{code, name, depth, parent, values}`; flat rows find their place by their outlet's number. */
export function rowsOf(answer) {
  const rows = [];
  const visit = (node, depth, parent) => {
    rows.push({ code: node.outlet, name: node.name, depth, parent, values: node });
    for (const child of node.children ?? []) visit(child, depth + 1, node.outlet);
  };
  const roots = answer.tree ? [answer.tree].flat() : nestedByNumber(answer.rows ?? []);
  for (const root of roots) visit(root, 0, null);
  return rows;
}

function nestedByNumber(flat) {
  const nodes = new Map(flat.map((row) => [row.outlet, { ...row, children: [...(row.children ?? [])] }]));
  const roots = [];
  for (const node of nodes.values()) {
    const above = superior(node.outlet);
    if (above && nodes.has(above)) nodes.get(above).children.push(node);
    else roots.push(node);
  }
  return roots;
}

function superior(outlet) {
  if (outlet === CITY) return null;
  return outlet.startsWith('00') || outlet.endsWith('00') ? CITY : `${outlet.slice(0, 2)}00`;
}

function treeTable(rows) {
  const lines = new Map();
  const closed = new Set();
  const hiddenBy = (row) => row.parent !== null && (closed.has(row.parent) || hiddenBy(rows.find((each) => each.code === row.parent)));
  const arrange = () => { for (const row of rows) lines.get(row.code).hidden = hiddenBy(row); };
  const body = h('tbody', {}, rows.map((row) => {
    const line = h('tr', { class: `depth-${row.depth}` },
      h('th', { scope: 'row' }, rows.some((each) => each.parent === row.code) ? toggle(row) : h('span', { class: 'leaf' }),
        h('span', { class: 'number' }, row.code), ' ', row.name && h('span', { text: row.name })),
      COLUMNS.map(([key]) => h('td', { class: `amount ${String(row.values[key] ?? '').startsWith('-') ? 'negative' : ''}` }, grouped(row.values[key] ?? ''))));
    lines.set(row.code, line);
    return line;
  }));

  function toggle(row) {
    const button = h('button', { type: 'button', class: 'toggle', 'aria-expanded': 'true', 'aria-label': row.code, on: { click: () => {
      const opens = closed.delete(row.code);
      if (!opens) closed.add(row.code);
      button.setAttribute('aria-expanded', String(opens));
      arrange();
    } } });
    return button;
  }

  return h('div', { class: 'scroll' }, h('table', { class: 'positions' },
    h('thead', {}, h('tr', {}, h('th', { scope: 'col', text: t('outlet') }), COLUMNS.map(([, key]) => h('th', { scope: 'col', class: 'amount', text: t(key) })))), body));
}
