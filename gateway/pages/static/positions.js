// The tree city / sub-branch / outlet with its reserves and the day's net (IB 2911-2926, 3842).
import { call, session } from './api.js';
import { grouped } from './amounts.js';
import { head, refusal } from './board.js';
import { fill, h } from './dom.js';
import { t } from './language.js';

const COLUMNS = [['110', 'reserve_central'], ['40701', 'reserve_city'], ['40702', 'reserve_branch'], ['net', 'net_today'], ['waiting', 'net_waiting']];
const STAGES = { warning: 'limit_warning', approval: 'limit_approval', stop: 'limit_stop' };

/** A card with the positions of a date. */
export function showPositions(root) {
  const date = h('input', { type: 'date', id: 'position-date' });
  let known = session.get().business_date;
  date.value = known;
  const content = h('div');
  const form = h('form', { class: 'inline', on: { submit: (event) => { event.preventDefault(); draw(); } } },
    h('label', { for: 'position-date' }, t('business_date')), date, h('button', { type: 'submit', class: 'small' }, t('show')));
  fill(root, head('positions', form), content);

  async function draw() {
    try {
      fill(content, positionTree(await call('GET', '/api/queries/ledger.position', { params: { date: date.value } })));
    } catch (problem) {
      fill(content, refusal(problem));
    }
  }

  document.addEventListener('session', ({ detail: { business_date: day } }) => {
    if (day === known) return;
    known = date.value = day;
    draw();
  });
  draw();
}

/** The answer of `ledger.position` as a table whose branches fold. */
export function positionTree({ city }) {
  const rows = [];
  const visit = (unit, depth, parent) => {
    const row = { unit, depth, parent, below: [...(unit.branches ?? []), ...(unit.departments ?? []), ...(unit.outlets ?? [])], open: true };
    rows.push(row);
    for (const each of row.below) visit(each, depth + 1, row);
  };
  visit(city, 0, null);

  const hidden = (row) => row.parent !== null && (!row.parent.open || hidden(row.parent));
  const arrange = () => { for (const row of rows) row.line.hidden = hidden(row); };

  function toggle(row) {
    const button = h('button', { type: 'button', class: 'toggle', 'aria-expanded': 'true', 'aria-label': row.unit.outlet, on: { click: () => {
      row.open = !row.open;
      button.setAttribute('aria-expanded', String(row.open));
      arrange();
    } } });
    return button;
  }

  for (const row of rows) {
    row.line = h('tr', { class: `depth-${row.depth}` },
      h('th', { scope: 'row' }, row.below.length ? toggle(row) : h('span', { class: 'leaf' }), h('span', { class: 'number' }, row.unit.outlet), mirror(row.unit), limit(row.unit)),
      COLUMNS.map(([key]) => h('td', { class: `amount ${String(row.unit[key] ?? '').startsWith('-') ? 'negative' : ''}` }, grouped(row.unit[key] ?? ''))));
  }
  return h('div', { class: 'scroll' }, h('table', { class: 'positions' },
    h('thead', {}, h('tr', {}, h('th', { scope: 'col', text: t('outlet') }), COLUMNS.map(([, key]) => h('th', { scope: 'col', class: 'amount', text: t(key) })))),
    h('tbody', {}, rows.map((row) => row.line))));
}

/** A warning where the superior's books say something else than the unit's own. */
function mirror(unit) {
  const held = unit['40701'] ?? unit['40702'];
  if (unit.mirror === undefined || unit.mirror === held) return null;
  return h('small', { class: 'tag bad', text: t('mirror_differs', { amount: grouped(unit.mirror) }) });
}

/** At which stage of its limit a unit is, and the way to net it early. */
function limit({ outlet, stage }) {
  if (!stage) return null;
  return h('small', { class: `tag ${stage === 'warning' ? 'warning' : 'bad'}` }, t(STAGES[stage]),
    h('a', { href: `/teller#clearing.netting.now?outlet=${outlet}` }, t('early_netting')));
}
