// 导入单位账核对: the company's book as a file, what was matched and why, what the clerk joins, and what is left for the sheet.
import { ask } from './portal_shell.js';
import { grouped } from './amounts.js';
import { columnsTable } from './answers.js';
import { fill, h } from './dom.js';
import { makeForm } from './form.js';
import { t } from './language.js';
import { refused } from './portal_words.js';

const STANDINGS = ['proposed', 'ambiguous', 'matched', 'confirmed'];
const OPEN = { open_book: 'book', open_statement: 'statement' };
const SIDES = { book: 'recon_book_side', statement: 'recon_bank_side' };
const DAYS = 10;
const MOST_DAYS = 60;
const ERRORS = [['line', 'recon_line'], ['column', 'agency_column'], ['message', 'agency_problem']].map(([key, text]) => ({ key, kind: 'text', label: t(text) }));

/** Matching beside the sheet of a statement; `take(items)` puts what is open on the sheet. */
export function makeMatching(statement, take) {
  const path = `/matchings/${statement.number}`;
  const answer = h('div', { class: 'matching', 'aria-live': 'polite' });
  const list = h('div', { class: 'groups' });
  const said = h('div', { role: 'status' });
  const matcher = h('button', { type: 'submit' }, t('recon_match'));
  const schema = {
    required: ['file', 'days'],
    properties: {
      file: { type: 'string', 'x-widget': 'file', 'x-accept': '.csv,.txt,.xlsx', 'x-label': t('recon_book_file') },
      days: { type: 'integer', default: DAYS, maximum: MOST_DAYS, 'x-label': t('recon_days') },
    },
  };
  const form = makeForm(schema, { submit: match, buttons: [matcher] });
  const chosen = { book: new Set(), statement: new Set() };
  let counts = null;
  let shown = 'proposed';

  async function match() {
    const { file, days } = form.body();
    form.clear();
    fill(answer, h('p', { class: 'hint', text: t('recon_matching_busy') }));
    matcher.disabled = true;
    try {
      await draw(await ask('POST', path, { body: file, params: { file_name: file.name, days } }));
    } catch (problem) {
      const wrong = problem.errors?.filter((each) => each.line !== undefined) ?? [];
      fill(answer, wrong.length > 0 && [h('h3', { text: t('recon_wrong_lines') }), columnsTable(ERRORS, wrong)]);
      form.show({ ...problem, errors: [], text: problem.text });
    } finally {
      matcher.disabled = false;
    }
  }

  async function draw(matching) {
    counts = matching;
    const tab = (each, count) => h('button', { type: 'button', role: 'tab', 'aria-selected': String(each === shown), 'data-shown': each, on: { click: () => open(each) } }, t(`recon_group_${each}`), ` ${count}`);
    const taker = h('button', { type: 'button', id: 'take-items', on: { click: () => tried(takeItems) } }, t('recon_take_items'));
    fill(answer,
      h('p', { class: 'hint', text: t('recon_counts', { book: counts.book_lines, bank: counts.statement_lines, open_book: counts.open_book, open_bank: counts.open_statement }) }),
      h('div', { class: 'tabs', role: 'tablist' }, STANDINGS.map((each) => tab(each, counts[each])), Object.keys(OPEN).map((each) => tab(each, counts[each]))),
      list, h('div', { class: 'actions' }, taker, h('button', { type: 'button', id: 'join', on: { click: () => tried(() => join([...chosen.book], [...chosen.statement])) } }, t('recon_join_chosen'))), said);
    await page();
  }

  async function open(each) {
    shown = each;
    await draw(counts);
  }

  /** A page of groups, or of the open lines of a side to choose from. */
  async function page(after) {
    const side = OPEN[shown];
    const params = side ? { side, after } : { standing: shown, after };
    const { rows, next } = await ask('GET', `${path}/${side ? 'open' : 'groups'}`, { params });
    const more = next && h('button', { type: 'button', on: { click: () => tried(() => page(next)) } }, t('recon_more'));
    fill(list, side ? h('ul', { class: 'lines' }, rows.map(choosable)) : rows.map(group), more && h('div', { class: 'actions' }, more));
  }

  function group(each) {
    const lines = (side) => each.lines.filter((line) => line.side === side);
    const undo = ['matched', 'confirmed'].includes(each.standing) && h('button', { type: 'button', class: 'small', on: { click: () => tried(() => part(each.group)) } }, t('recon_part'));
    const joiner = each.standing === 'proposed' && h('button', { type: 'button', class: 'small join', on: { click: () => tried(() => join(...['book', 'statement'].map((side) => lines(side).map((line) => line.line)))) } }, t('recon_join'));
    const pick = each.standing === 'ambiguous' ? choosable : lineOf;
    return h('article', { class: 'group', 'data-standing': each.standing },
      h('p', { class: 'hint' }, each.reason, each.days > 0 && [' · ', t('recon_days_apart', { days: each.days })], undo, joiner),
      h('div', { class: 'pair' }, Object.entries(SIDES).map(([side, text]) => h('div', {}, h('h4', { text: t(text) }), h('ul', { class: 'lines' }, lines(side).map(pick))))),
      each.more > 0 && h('p', { class: 'hint', text: t('recon_lines_more', { count: each.more }) }));
  }

  function lineOf(line) {
    return h('li', {}, h('span', {}, `${line.date} #${line.line} ${[line.text, line.reference].filter(Boolean).join(' ')}`), h('span', { class: 'amount' }, grouped(line.amount)));
  }

  /** A line to be ticked; what is ticked on one list stays so on the others. */
  function choosable(line) {
    const box = h('input', { type: 'checkbox', on: { change: () => (box.checked ? chosen[line.side].add(line.line) : chosen[line.side].delete(line.line)) } });
    box.checked = chosen[line.side].has(line.line);
    const item = lineOf(line);
    return h('li', {}, h('label', {}, box, [...item.childNodes]));
  }

  async function join(book, lines) {
    await decide('join', { book, statement: lines });
    chosen.book.clear();
    chosen.statement.clear();
  }

  async function part(number) {
    await decide('part', { group: number });
  }

  async function decide(name, body) {
    await draw(await ask('POST', `${path}/${name}`, { body: { matching: counts.matching, ...body } }));
    fill(said);
  }

  async function takeItems() {
    const { items, count, complete, undecided } = await ask('GET', `${path}/items`);
    take(items);
    fill(said, h('p', { class: 'notice', text: complete ? t('recon_items_taken', { count, undecided }) : t('recon_items_cut', { count, most: items.length }) }));
  }

  async function tried(action) {
    try {
      await action();
    } catch (problem) {
      fill(said, refused(problem));
    }
  }

  const node = h('details', { class: 'matching-part' }, h('summary', {}, t('recon_matching')), h('p', { class: 'hint', text: t('recon_matching_claim') }), form.node, answer);
  ask('GET', path).then((matching) => { node.open = true; return draw(matching); }).catch((problem) => { if (problem.code !== 'matching.none') fill(answer, refused(problem)); });
  return { node };
}
