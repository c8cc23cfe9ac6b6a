// Form fields from JSON schema: a control or rows of controls, with label, error and hint.
import { controlOf, resolved } from './controls.js';
import { fill, h, speak } from './dom.js';
import { t } from './language.js';
import { makeRows } from './rows.js';

let count = 0;

/**
 * A field: `{name, node, value(), focusables(), fail(text, path), clear(), wanted}`.
 * `context.left(widget, value)` is called when an account or customer field is left.
 */
export function makeField(name, declared, { required, defs, context = {} }) {
  const schema = resolved(declared, defs);
  const label = schema['x-label'] ?? schema.title ?? name;
  const id = `field-${(count += 1)}`;
  const error = h('p', { class: 'error', id: `${id}-error`, role: 'alert' });
  const field = schema.type === 'array' ? rowsField(schema, { defs, context }) : controlField(id, schema, { required, context });
  const heading = schema.type === 'array' ? h('span', { class: 'label', text: label }) : h('label', { for: id }, label);
  const node = h('div', { class: `field ${field.kind}`, 'data-field': name }, heading, field.node, error);
  if (schema['x-hint']) error.before(h('p', { class: 'hint', text: schema['x-hint'] }));
  if (field.aside) error.before(field.aside);
  return {
    name, label, node, required, schema,
    value: field.value,
    shownValue: field.shownValue ?? field.value,
    focusables: field.focusables,
    secret: schema['x-widget'] === 'password',
    fail(text, path = '') {
      speak(error, text);
      const culprit = field.culprit?.(path) ?? field.focusables()[0];
      culprit?.setAttribute('aria-invalid', 'true');
      return culprit;
    },
    clear() {
      fill(error);
      for (const each of field.focusables()) each.removeAttribute('aria-invalid');
    },
    grow: field.grow,
    finished: field.finished,
    check: () => (required && field.value() === undefined ? t('required_field') : field.check?.() ?? null),
  };
}

function rowsField(schema, { defs, context }) {
  const rows = makeRows(resolved(schema.items, defs), { defs, context, least: schema.minItems ?? 1, most: schema.maxItems ?? 100 });
  return { kind: 'wide', ...rows };
}

function controlField(id, schema, { required, context }) {
  const control = controlOf(schema, required);
  const { input } = control;
  input.id = id;
  input.setAttribute('aria-describedby', `${id}-error`);
  if (required) input.setAttribute('aria-required', 'true');
  if (schema['x-repeat']) return twice(id, schema, control);
  const widget = schema['x-widget'];
  if (widget === 'account' || widget === 'customer') {
    input.addEventListener('change', () => { if (control.value()) context.left?.(widget, control.value(), input); });
  }
  return { kind: widget ?? 'text', node: input, focusables: () => [input], ...control };
}

/** A password that is set is typed twice, so that nobody is bound to a slip of the finger (IB 864). */
function twice(id, schema, control) {
  const again = controlOf(schema, false);
  again.input.id = `${id}-again`;
  again.input.setAttribute('aria-describedby', `${id}-error`);
  return {
    kind: 'password', ...control,
    node: [control.input, h('label', { for: again.input.id, class: 'again' }, t('once_more')), again.input],
    focusables: () => [control.input, again.input],
    check: () => (control.value() === again.value() ? null : t('entries_differ')),
  };
}
