// What the bank offers, as its services declare it; searching it the way tellers do.
import { call } from './api.js';
import { learn, learnName, menuPlace } from './language.js';

const LETTERS = 'ABCDEFGHJKLMNOPQRSTWXYZ';
const FIRST_OF_LETTER = '阿八嚓哒妸发旮哈讥咔垃痳拏噢妑七呥扨它穵夕丫帀';
const pinyin = new Intl.Collator('zh-Hans-CN-u-co-pinyin');

/** The catalogue: transactions, queries, reports, as entries with `id`, `name`, `menu` beside what was declared. */
export async function loadCatalogue() {
  const declared = await call('GET', '/api/catalogue');
  for (const each of [...declared.transactions, ...declared.queries]) learn(each.schema);
  for (const each of declared.transactions) learnName(each.code, each.name);
  return {
    transactions: declared.transactions.map((each) => entryOf(each, each.code, each.name, each.menu)),
    queries: declared.queries.map((each) => entryOf(each, each.name, each.title, [])),
    reports: declared.reports.map((each) => entryOf(each, each.name, each.title, [])),
  };
}

function entryOf(declared, id, name, menu) {
  return { ...declared, id, name, menu, initials: initialsOf(name.zh) };
}

/** What the administrator has set for the teller's level, by transaction; without it the declarations hold, and the services decide anyway. */
export async function loadRights() {
  const { rows } = await call('GET', '/api/queries/counter.own_rights').catch(() => ({ rows: [] }));
  return Object.fromEntries(rows.filter((each) => !each.settlement).map((each) => [each.transaction, each]));
}

/** The transaction with the second person that the administrator asks for on top of the declaration. */
export function adjusted(transaction, rights) {
  const more = rights[transaction.code]?.dual ?? '';
  return { ...transaction, dual: ['c', 'a'].filter((each) => transaction.dual.includes(each) || more === each).join('') };
}

/** Whether the bank would let this teller run a transaction; the services decide, this only keeps the menu short. */
export function permitted(transaction, { teller, level, outlet }, rights = {}) {
  const places = {
    centre: outlet === '0001',
    city: outlet.startsWith('00'),
    branch: outlet.startsWith('00') || outlet.endsWith('00'),
  };
  const allowed = rights[transaction.code]?.allowed ?? transaction.levels.includes(level);
  return allowed && transaction.operators.includes(teller[0]) && (places[transaction.outlets] ?? true);
}

/** Pinyin initials of a Chinese name: 活期存款 is `hqck`. */
export function initialsOf(name) {
  return [...name].map(initialOf).join('').toLowerCase();
}

function initialOf(character) {
  if (/[a-z0-9]/i.test(character)) return character;
  if (!/\p{Script=Han}/u.test(character)) return '';
  let found = '';
  for (let index = 0; index < LETTERS.length && pinyin.compare(FIRST_OF_LETTER[index], character) <= 0; index += 1) found = LETTERS[index];
  return found;
}

/** Entries that fit what was typed, best first: code, beginnings of its parts (`s.d.d`), pinyin initials, either name. */
export function search(entries, typed) {
  const wanted = typed.trim().toLowerCase();
  if (!wanted) return [];
  return entries
    .map((entry) => ({ entry, rank: rankOf(entry, wanted) }))
    .filter(({ rank }) => rank < Infinity)
    .sort((one, other) => one.rank - other.rank || one.entry.id.localeCompare(other.entry.id))
    .map(({ entry }) => entry);
}

function rankOf(entry, wanted) {
  const ranks = [
    entry.id === wanted,
    entry.id.startsWith(wanted),
    entry.initials === wanted,
    fitsParts(entry.id.split('.'), wanted.split(/[.\s]+/)),
    entry.initials.startsWith(wanted),
    entry.name.zh.includes(wanted),
    fitsParts(entry.name.en.toLowerCase().split(' '), wanted.split(/\s+/)),
    entry.id.includes(wanted) || entry.name.en.toLowerCase().includes(wanted) || entry.initials.includes(wanted),
  ];
  const rank = ranks.indexOf(true);
  return rank < 0 ? Infinity : rank;
}

function fitsParts(parts, wanted) {
  let from = 0;
  return wanted.every((beginning) => {
    const found = parts.findIndex((part, index) => index >= from && part.startsWith(beginning));
    from = found + 1;
    return found >= 0;
  });
}

/** The menu as a tree: `{name, entries, branches}` from the menu paths of the entries. */
export function menuTree(entries) {
  const root = { name: null, entries: [], branches: [] };
  for (const entry of entries) {
    let at = root;
    for (const name of entry.menu) {
      let next = at.branches.find((branch) => branch.name.zh === name.zh);
      if (!next) at.branches.push((next = { name, entries: [], branches: [] }));
      at = next;
    }
    at.entries.push(entry);
  }
  arrange(root);
  return root;
}

function arrange(branch) {
  branch.branches.sort((one, other) => menuPlace(one.name) - menuPlace(other.name));
  branch.branches.forEach(arrange);
}
