// Controls of form fields: one widget per `x-widget` or shape, its value as the API takes it.
import { grouped, inCapitals, isAmount, normal } from './amounts.js';
import { fill, h } from './dom.js';
import { t } from './language.js';

/** A schema with references and "or null" taken away; what stands beside them stays. */
export function resolved(schema, defs = {}) {
  const { anyOf, $ref, ...rest } = schema;
  if ($ref) return resolved({ ...defs[$ref.split('/').pop()], ...rest }, defs);
  const real = anyOf?.filter((each) => each.type !== 'null') ?? [];
  return real.length ? { ...resolved(real[0], defs), ...rest } : rest;
}

/** The control of a schema: `{input, value(), shownValue(), aside}`; an empty control has the value `undefined`. */
export function controlOf(schema, required) {
  const widget = schema['x-widget'];
  if (schema.type === 'boolean') return schema.default === null ? yesOrNo() : checkBox(schema);
  if (schema['x-choices'] || schema.enum) return choice(schema, required);
  if (widget === 'amount') return amount();
  if (widget === 'date' || schema.format === 'date') return plain(schema, { type: 'date' });
  if (widget === 'file') return file(schema);
  if (widget === 'password') return plain(schema, { type: 'password', autocomplete: 'off' });
  if (schema.type === 'integer' || isNumber(schema)) return plain(schema, { inputmode: 'numeric', class: 'number' });
  return plain(schema, {});
}

/** Whether a field takes digits only: account and customer numbers, and whatever its pattern says so of. */
function isNumber(schema) {
  return ['account', 'customer'].includes(schema['x-widget']) || /^\^\(?\[[0-9-]+\]/.test(schema.pattern ?? '');
}

function plain(schema, attributes) {
  const input = h('input', { type: 'text', autocomplete: 'off', spellcheck: 'false', maxlength: schema.maxLength, ...attributes });
  if (schema.default !== null && schema.default !== undefined) input.value = schema.default;
  const value = () => {
    const text = schema['x-widget'] === 'password' ? input.value : input.value.trim();
    if (text === '') return undefined;
    if (isNumber(schema)) return normal(text);
    return schema.type === 'integer' && /^-?\d+$/.test(text) ? Number(text) : text;
  };
  return { input, value };
}

function amount() {
  const input = h('input', { type: 'text', inputmode: 'decimal', autocomplete: 'off', class: 'amount', maxlength: 24 });
  const aside = h('p', { class: 'words', lang: 'zh' });
  const value = () => normal(input.value) || undefined;
  input.addEventListener('input', () => {
    const text = value();
    fill(aside, text && isAmount(text) ? inCapitals(text) : '');
  });
  input.addEventListener('blur', () => { if (value() && isAmount(value())) input.value = grouped(value().replace(/^(-?\d+\.\d)$/, '$10')); });
  return { input, value, aside, shownValue: () => grouped(value() ?? '') };
}

function choice(schema, required) {
  const choices = schema['x-choices'] ?? schema.enum.map((value) => ({ value, zh: value, en: value }));
  const preset = schema.default ?? null;
  const blank = !required && preset === null ? [h('option', { value: '' }, '—')] : [];
  const input = h('select', {}, blank, choices.map((each) => {
    const text = { zh: `${each.value} ${each.zh}`, en: `${each.value} ${each.en}` };
    return h('option', { value: each.value, text: /^[A-Z0-9]{1,4}$/.test(each.value) ? text : { zh: each.zh, en: each.en } });
  }));
  if (preset !== null) input.value = preset;
  const chosen = () => choices.find((each) => each.value === input.value);
  return {
    input,
    value: () => input.value || undefined,
    shownValue: () => (chosen() ? { zh: chosen().zh, en: chosen().en } : undefined),
  };
}

/** A yes or no that may be left open, which says neither. */
function yesOrNo() {
  const chosen = choice({ 'x-choices': [{ value: 'yes', ...t('yes') }, { value: 'no', ...t('no') }] }, false);
  return { ...chosen, value: () => ({ yes: true, no: false })[chosen.value()] };
}

/** A file; Enter opens the browser's dialog as long as none is chosen, and goes on afterwards. */
function file(schema) {
  const input = h('input', { type: 'file', accept: schema['x-accept'] });
  input.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && !input.files.length) event.stopPropagation();
  });
  return { input, value: () => input.files[0], shownValue: () => input.files[0]?.name };
}

function checkBox(schema) {
  const input = h('input', { type: 'checkbox' });
  input.checked = schema.default === true;
  return { input, value: () => input.checked, shownValue: () => (input.checked ? t('yes') : undefined) };
}
