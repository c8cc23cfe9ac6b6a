// A form made from a JSON schema, worked with the Enter key alone.
import { fill, h, isPair, speak } from './dom.js';
import { t } from './language.js';
import { makeField } from './fields.js';

/**
 * A form: `{node, body(), inputs(), focus(), show(problem), clear(), lock(on)}`.
 * `submit()` is called by Enter in the last field, `changed()` whenever anything was typed. `hidden` names fields to leave out.
 */
export function makeForm(schema, { context = {}, submit, changed, hidden = [], values = {}, buttons = [] }) {
  const needed = new Set(schema.required ?? []);
  const fields = Object.entries(schema.properties ?? {})
    .filter(([name]) => !hidden.includes(name))
    .map(([name, declared]) => makeField(name, preset(declared, values[name]), { required: needed.has(name), defs: schema.$defs ?? {}, context }));
  /** What a needed field decides about stands beside it. */
  const isFirst = (field) => field.required || Object.keys(field.schema['x-when'] ?? {}).some((other) => needed.has(other));
  const first = fields.filter(isFirst);
  const rest = fields.filter((field) => !isFirst(field));
  const alert = h('div', { class: 'alert', role: 'alert' });
  const node = h('form', { novalidate: true, class: 'generated' },
    alert,
    first.length > 0 && h('div', { class: 'grid' }, first.map((field) => field.node)),
    rest.length > 0 && [
      first.length > 0 && h('h3', { text: t('optional') }),
      h('div', { class: 'grid' }, rest.map((field) => field.node)),
    ],
    fields.length === 0 && h('p', { class: 'hint', text: t('form_is_empty') }),
    h('div', { class: 'actions' }, buttons));

  /** Whether a field is asked for now: its `x-when` names the values that other fields must have for it. */
  const applies = (field) => Object.entries(field.schema['x-when'] ?? {})
    .every(([other, values]) => values.includes(fields.find((each) => each.name === other)?.value()));
  const arrange = () => { for (const field of fields) field.node.hidden = !applies(field); };
  const order = () => [...first, ...rest].filter(applies).flatMap((field) => field.focusables()).filter((each) => !each.disabled);

  function focusFirst() {
    (order()[0] ?? node.querySelector('.actions button'))?.focus();
  }

  /** Where Enter goes from a control; rows grow under it until they balance or one is left empty. */
  function after(control) {
    const rows = fields.find((field) => field.grow && field.node.contains(control));
    const last = rows?.focusables().at(-1);
    if (rows?.finished(control)) return order()[order().indexOf(last) + 1];
    if (control === last) rows.grow();
    return order()[order().indexOf(control) + 1];
  }

  function check() {
    clear();
    const culprits = fields.filter(applies).map((field) => (field.check() ? field.fail(field.check()) : null)).filter(Boolean);
    culprits[0]?.focus();
    return culprits.length === 0;
  }

  function clear() {
    fill(alert);
    for (const field of fields) field.clear();
  }

  function show(problem) {
    clear();
    const told = [...problem.errors.map((each) => [each.field, each.message ?? problem.text]), [problem.field, problem.text]];
    let culprit = null;
    let placed = false;
    for (const [path, text] of told) {
      const field = fields.find((each) => path === each.name || path?.startsWith(`${each.name}.`));
      if (!field) continue;
      culprit ??= field.fail(text, path.slice(field.name.length + 1));
      if (path === problem.field) { field.fail(text, path.slice(field.name.length + 1)); placed = true; }
    }
    if (!placed) fill(alert, h('p', { text: isPair(problem.text) ? problem.text : String(problem.text) }), problem.trace && h('p', { class: 'hint' }, problem.trace));
    (culprit ?? alert).focus?.();
  }

  node.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.isComposing || event.target.matches('button, textarea')) return;
    event.preventDefault();
    if (event.ctrlKey || event.metaKey) return request();
    const next = after(event.target);
    if (next) next.focus();
    else request();
  });
  node.addEventListener('focusin', (event) => { if (event.target.matches('input[type=text]')) event.target.select(); });
  for (const event of ['input', 'change']) node.addEventListener(event, () => { arrange(); changed?.(); });
  node.addEventListener('submit', (event) => { event.preventDefault(); request(); });

  function request() {
    if (check()) submit();
  }

  arrange();
  return {
    node,
    body: () => Object.fromEntries(fields.filter(applies).map((field) => [field.name, field.value()]).filter(([, value]) => value !== undefined)),
    /** What was typed, for the receipt: `[{name, label, value, raw}]` without secrets and rows. */
    inputs: () => [...first, ...rest].filter((field) => applies(field) && !field.secret && field.schema.type !== 'array')
      .map((field) => ({ name: field.name, label: field.label, value: field.shownValue(), raw: field.value() })).filter(({ value }) => value !== undefined && value !== ''),
    check, clear, show, focus: focusFirst,
    lock: (on) => { for (const each of node.querySelectorAll('input, select, .rows button')) each.disabled = on; },
    say: (text) => { speak(alert.appendChild(h('p')), text); alert.scrollIntoView({ block: 'nearest' }); },
  };
}

function preset(declared, value) {
  return value === undefined ? declared : { ...declared, default: value };
}
