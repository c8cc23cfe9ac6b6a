// A field that holds rows of the same shape: a small table of controls. Rows with side and amount show their running difference.
import { decimalsOf, grouped, scaled, unscaled } from './amounts.js';
import { controlOf, resolved } from './controls.js';
import { fill, h, speak } from './dom.js';
import { t } from './language.js';

/** Rows of `schema` (an object): `{node, value(), focusables(), culprit(path)}`; `least` rows are there from the start. */
export function makeRows(schema, { defs, context, least, most }) {
  const columns = Object.entries(schema.properties).map(([name, declared]) => {
    const column = resolved(declared, defs);
    return { name, schema: column, label: column['x-label'] ?? name, required: schema.required?.includes(name) ?? false };
  });
  const balances = columns.some(({ name }) => name === 'direction') && columns.some(({ name }) => name === 'amount');
  const body = h('tbody');
  const footer = h('tfoot');
  const adder = h('button', { type: 'button', class: 'small', on: { click: () => { add(); rows.at(-1).cells[0].input.focus(); } } }, t('add_row'));
  const node = h('div', { class: 'rows' },
    h('table', {},
      h('thead', {}, h('tr', {}, h('th', { scope: 'col', text: t('row') }),
        columns.map((column) => h('th', { scope: 'col', class: column.schema['x-widget'] ?? 'text', text: column.label })), h('th'))),
      body, footer),
    adder);
  const rows = [];
  node.addEventListener('input', total);
  node.addEventListener('change', total);
  for (let index = 0; index < least; index += 1) add();

  function add() {
    if (rows.length >= most) return;
    const cells = columns.map((column) => cellOf(column, context));
    const number = h('th', { scope: 'row' });
    const remover = h('button', { type: 'button', class: 'small quiet', on: { click: () => remove(row) } }, '×');
    const line = h('tr', {}, number, cells.map((cell, index) => h('td', { class: columns[index].schema['x-widget'] ?? 'text' }, cell.input)), h('td', {}, remover));
    const row = { cells, line, number, remover };
    if (balances) cells[columns.findIndex(({ name }) => name === 'direction')].input.value = nextSide();
    rows.push(row);
    body.append(line);
    renumber();
  }

  function remove(row) {
    if (rows.length <= least) return;
    rows.splice(rows.indexOf(row), 1);
    row.line.remove();
    renumber();
  }

  function renumber() {
    rows.forEach((row, index) => {
      speak(row.number, String(index + 1));
      fill(row.remover, h('span', { 'aria-hidden': 'true' }, '×'), h('span', { class: 'unseen', text: t('remove_row', { row: index + 1 }) }));
      row.remover.disabled = rows.length <= least;
      row.cells.forEach((cell, column) => nameCell(cell.input, columns[column].label, index + 1));
    });
    total();
  }

  function value() {
    const filled = rows.map(valueOf).filter((row) => row !== null);
    return filled.length ? filled : undefined;
  }

  function valueOf(row) {
    const given = columns.map((column, index) => [column.name, row.cells[index].value()]).filter(([, each]) => each !== undefined);
    const typed = row.cells.some((cell) => cell.input.matches('input:not([type=checkbox])') && cell.value() !== undefined);
    return typed ? Object.fromEntries(given) : null;
  }

  function sideTotal(direction) {
    return (value() ?? []).filter((row) => row.direction === direction)
      .reduce((sum, row) => sum + (row.red || row.colour === 'red' ? -1n : 1n) * scaled(row.amount ?? '0'), 0n);
  }

  /** The side a new row most likely has: the one that is short, at first the other than the row before. */
  function nextSide() {
    const difference = sideTotal('debit') - sideTotal('credit');
    if (difference !== 0n) return difference > 0n ? 'credit' : 'debit';
    return rows.length % 2 ? 'credit' : 'debit';
  }

  function total() {
    if (!balances) return;
    const decimals = Math.max(2, decimalsOf((value() ?? []).map((row) => row.amount ?? '')));
    const [debit, credit] = [sideTotal('debit'), sideTotal('credit')];
    const difference = debit - credit;
    fill(footer, h('tr', { class: difference === 0n ? 'even' : 'odd' }, h('td', { colspan: columns.length + 2 },
      h('span', {}, t('debit'), ' ', h('strong', {}, grouped(unscaled(debit, decimals)))),
      h('span', {}, t('credit'), ' ', h('strong', {}, grouped(unscaled(credit, decimals)))),
      h('span', { class: 'difference' }, t('difference'), ' ', h('strong', {}, grouped(unscaled(difference, decimals))),
        difference === 0n && debit !== 0n && [' ', h('em', { text: t('balanced') })]))));
  }

  return {
    node,
    value,
    focusables: () => rows.flatMap((row) => row.cells.map((cell) => cell.input)),
    culprit(path) {
      const [index, name] = path.split('.');
      const typed = rows.filter((row) => valueOf(row) !== null);
      return typed[Number(index)]?.cells[columns.findIndex((column) => column.name === name)]?.input;
    },
    /** A new row for who presses Enter at the end of the last one; false when the rows balance or there are enough. */
    grow() {
      if (rows.length >= most || valueOf(rows.at(-1)) === null || footer.querySelector('.even em')) return false;
      add();
      return true;
    },
    /** Whether Enter here leaves the rows: at the beginning of a last row that was left empty. */
    finished: (input) => input === rows.at(-1).cells[0].input && rows.length > least && valueOf(rows.at(-1)) === null,
  };
}

function cellOf(column, context) {
  const cell = controlOf(column.schema, column.required);
  const widget = column.schema['x-widget'];
  if (widget === 'account' || widget === 'customer') {
    cell.input.addEventListener('change', () => { if (cell.value()) context.left?.(widget, cell.value(), cell.input); });
  }
  return cell;
}

function nameCell(input, label, number) {
  const id = input.dataset.label ?? `cell-${crypto.getRandomValues(new Uint32Array(1))[0]}`;
  input.dataset.label = id;
  let name = input.parentElement?.querySelector('label');
  if (!name && input.parentElement) {
    input.id = id;
    input.before((name = h('label', { for: id, class: 'unseen' })));
  }
  if (name) fill(name, label, ` ${number}`);
}
