// Accounting entries as a debit/credit table; red entries stand as negative amounts on their own side.
import { decimalsOf, grouped, scaled, unscaled } from './amounts.js';
import { h } from './dom.js';
import { meaning, t, term } from './language.js';
import { addressOf, leadsTo } from './links.js';

const SAME = (text) => text;

/** An account as a link to its detail where the page knows the query. */
function accountNode(number, context) {
  const goal = leadsTo('account', number);
  return goal && context?.queries?.some((each) => each.id === goal[0]) ? h('a', { href: addressOf(goal) }, number) : number;
}

/**
 * The table of a posting set's entries, with totals per side; `says` makes the content of a heading from its two languages, `context`
 * knows the queries that accounts may lead to.
 */
export function entriesTable(entries, { says = SAME, context = null } = {}) {
  if (!entries.length) return h('p', { class: 'hint', text: t('no_entries') });
  const decimals = decimalsOf(entries.map((entry) => entry.amount));
  const total = (side) => entries.filter((entry) => entry.direction === side).reduce((sum, entry) => sum + signed(entry), 0n);
  return h('table', { class: 'entries' },
    h('thead', {}, h('tr', {},
      ['outlet', 'subject', 'account'].map((key) => h('th', { scope: 'col' }, says(term(key)))),
      h('th', { scope: 'col', class: 'amount' }, says(t('debit'))), h('th', { scope: 'col', class: 'amount' }, says(t('credit'))))),
    h('tbody', {}, entries.map((entry) => h('tr', { class: `${entry.red ? 'red' : ''} ${entry.automatic ? 'automatic' : ''}` },
      h('td', { class: 'number' }, entry.outlet),
      h('td', {}, entry.subject, ' ', Object.keys(entry.subject_name ?? {}).length > 0 && h('span', { text: entry.subject_name })),
      h('td', { class: 'number' }, accountNode(entry.account, context), entry.automatic && h('small', { class: 'tag', text: t('automatic_entry') }),
        entry.red && h('small', { class: 'tag', text: t('red_letter') })),
      ['debit', 'credit'].map((side) => h('td', { class: 'amount' }, entry.direction === side ? grouped(unscaled(signed(entry), decimals)) : ''))))),
    h('tfoot', {}, h('tr', {}, h('td', { colspan: 3 }, says(t('total'))),
      ['debit', 'credit'].map((side) => h('td', { class: 'amount' }, grouped(unscaled(total(side), decimals)))))));
}

/** What a receipt or a preview shows of a set: its entries, and under a heading of their own those off-sheet. */
export function setTables({ entries, off_sheet: offSheet = [] }, { says = SAME, context = null } = {}) {
  return [
    (entries.length > 0 || offSheet.length === 0) && entriesTable(entries, { says, context }),
    offSheet.length > 0 && [h('h3', {}, says(t('off_sheet'))), offSheetTable(offSheet, { says, context })],
  ];
}

/** Off-sheet entries, single-sided. */
export function offSheetTable(entries, { says = SAME, context = null } = {}) {
  return h('table', { class: 'entries' },
    h('thead', {}, h('tr', {}, ['outlet', 'subject', 'account', 'direction'].map((key) => h('th', { scope: 'col' }, says(term(key)))),
      h('th', { scope: 'col', class: 'amount' }, says(term('amount'))))),
    h('tbody', {}, entries.map((entry) => h('tr', { class: entry.red ? 'red' : '' },
      h('td', { class: 'number' }, entry.outlet), h('td', {}, entry.subject), h('td', { class: 'number' }, accountNode(entry.account, context)),
      h('td', { text: meaning(entry.direction) }), h('td', { class: 'amount' }, grouped(entry.amount))))));
}

function signed(entry) {
  return (entry.red ? -1n : 1n) * scaled(entry.amount);
}
