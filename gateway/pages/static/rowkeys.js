// Rows of a table by keyboard: the arrow keys go from row to row, Enter opens what the row leads to (IB 3677).

const STEPS = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1, Home: -Infinity, End: Infinity };

/** Let the rows of a table body that lead somewhere be walked; one of them can be reached with Tab. */
export function walkRows(body) {
  const rows = () => [...body.rows].filter((row) => row.querySelector('a'));
  rows().forEach((row, index) => { row.tabIndex = index === 0 ? 0 : -1; });
  body.addEventListener('keydown', (event) => {
    const row = event.target;
    if (row.tagName !== 'TR') return;
    if (event.key === 'Enter') {
      event.preventDefault();
      row.querySelector('a').click();
      return;
    }
    const step = STEPS[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const all = rows();
    const next = all[Math.min(Math.max(all.indexOf(row) + step, 0), all.length - 1)];
    row.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  });
  return body;
}

/** Put the cursor on a row of the answer, the first if none is named; false when no row leads anywhere. */
export function focusRow(area, index = 0) {
  const row = area.querySelectorAll('tbody tr[tabindex]')[index];
  row?.focus();
  return Boolean(row);
}
