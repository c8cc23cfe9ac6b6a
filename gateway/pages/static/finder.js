// Finding something in the catalogue: quick entry with completion, and the menu tree; both stay in step (IB 804).
import { menuTree, search } from './catalogue.js';
import { fill, h } from './dom.js';
import { t } from './language.js';

const SHOWN_MATCHES = 12;

/**
 * Fill `root` with a quick entry and a tree of `entries`; `open(entry)` is called with the chosen one.
 * Gives `{focus(), mark(id)}`.
 */
export function makeFinder(root, { entries, label, hint, treeLabel, open, keycap }) {
  const input = h('input', {
    id: 'find', type: 'text', role: 'combobox', autocomplete: 'off', spellcheck: 'false', 'aria-expanded': 'false',
    'aria-controls': 'matches', 'aria-autocomplete': 'list', 'aria-describedby': 'find-hint',
  });
  const list = h('ul', { id: 'matches', role: 'listbox', class: 'matches', hidden: true, 'aria-labelledby': 'find-label' });
  const tree = h('nav', { class: 'tree', 'aria-labelledby': 'tree-label' }, branchOf(menuTree(entries), choose, true));
  fill(
    root,
    h('div', { class: 'quick' },
      h('label', { for: 'find', id: 'find-label' }, label, keycap && h('kbd', {}, keycap)), input,
      h('p', { id: 'find-hint', class: 'hint', text: hint }), list),
    h('h2', { id: 'tree-label', text: treeLabel }),
    tree,
  );
  let matches = [];
  let at = -1;

  function choose(entry) {
    input.value = entry.id;
    hide();
    open(entry);
  }

  function hide() {
    list.hidden = true;
    input.setAttribute('aria-expanded', 'false');
    input.removeAttribute('aria-activedescendant');
  }

  function show() {
    matches = search(entries, input.value).slice(0, SHOWN_MATCHES);
    at = matches.length ? 0 : -1;
    if (!input.value.trim()) return hide();
    fill(list, matches.length ? matches.map(option) : h('li', { class: 'none', text: t('no_match') }));
    list.hidden = false;
    input.setAttribute('aria-expanded', 'true');
    point();
  }

  function option(entry, index) {
    return h('li', { id: `match-${index}`, role: 'option', on: { pointerdown: (event) => { event.preventDefault(); choose(entry); } } },
      h('strong', { text: entry.name }), h('code', {}, entry.id));
  }

  function point() {
    [...list.children].forEach((item, index) => item.setAttribute('aria-selected', String(index === at)));
    if (at >= 0) {
      input.setAttribute('aria-activedescendant', `match-${at}`);
      list.children[at].scrollIntoView({ block: 'nearest' });
    }
  }

  const keys = {
    ArrowDown: () => { if (list.hidden) show(); else if (matches.length) at = (at + 1) % matches.length; point(); },
    ArrowUp: () => { if (matches.length) at = (at - 1 + matches.length) % matches.length; point(); },
    Enter: () => { if (list.hidden) show(); if (at >= 0) choose(matches[at]); },
    Escape: () => { input.value = ''; hide(); },
  };
  input.addEventListener('input', show);
  input.addEventListener('blur', hide);
  input.addEventListener('keydown', (event) => {
    if (!keys[event.key] || event.isComposing) return;
    event.preventDefault();
    event.stopPropagation();
    keys[event.key]();
  });
  tree.addEventListener('keydown', (event) => walk(tree, event));
  return {
    focus: () => { input.focus(); input.select(); },
    mark: (id) => markIn(tree, id),
  };
}

function branchOf(branch, choose, top = false) {
  return h('ul', {},
    branch.branches.map((each) => h('li', {}, h('details', { open: top && branch.branches.length === 1 },
      h('summary', { text: each.name }), branchOf(each, choose)))),
    branch.entries.map((entry) => h('li', {}, h('button', { type: 'button', 'data-entry': entry.id, on: { click: () => choose(entry) } },
      h('span', { class: 'entry-name', text: entry.name }), h('code', {}, entry.id)))));
}

/** Arrow keys in the tree: up and down over what is visible, right opens, left closes or goes to the parent. */
function walk(tree, event) {
  const here = document.activeElement;
  const visible = [...tree.querySelectorAll('summary, button')].filter((each) => each.checkVisibility());
  const details = here.tagName === 'SUMMARY' ? here.parentElement : null;
  const moves = {
    ArrowDown: () => visible[visible.indexOf(here) + 1]?.focus(),
    ArrowUp: () => visible[visible.indexOf(here) - 1]?.focus(),
    ArrowRight: () => { if (details) details.open = true; },
    ArrowLeft: () => {
      if (details?.open) details.open = false;
      else (details ?? here).parentElement.closest('details')?.querySelector('summary').focus();
    },
  };
  if (!moves[event.key]) return;
  event.preventDefault();
  moves[event.key]();
}

function markIn(tree, id) {
  for (const button of tree.querySelectorAll('[data-entry]')) {
    const chosen = button.dataset.entry === id;
    if (chosen) button.setAttribute('aria-current', 'true');
    else button.removeAttribute('aria-current');
    for (let at = button.closest('details'); chosen && at; at = at.parentElement.closest('details')) at.open = true;
    if (chosen) button.scrollIntoView({ block: 'nearest' });
  }
}
