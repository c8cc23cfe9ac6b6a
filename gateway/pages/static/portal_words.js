// What the coded words of statements are called.
import { h } from './dom.js';
import { t } from './language.js';

export const ITEM_KINDS = ['bank_received', 'bank_paid', 'company_received', 'company_paid'];

/** 状态. */
export function stateOf(state) {
  return t(`recon_state_${state}`);
}

/** 对账结果. */
export function resultOf(result) {
  return t(`recon_result_${result}`);
}

/** The instant something was done, in the reader's own time. */
export function instant(text) {
  return new Date(text).toLocaleString('sv-SE').slice(0, 16);
}

/** Facts as a list: `[[text key, value], …]`; empty ones are left out. */
export function facts(pairs) {
  const said = pairs.filter(([, value]) => value !== null && value !== undefined && value !== '');
  return h('dl', { class: 'facts' }, said.map(([key, value]) => h('div', {}, h('dt', { text: t(key) }), h('dd', {}, value))));
}

/** A refusal that belongs to no field. */
export function refused(problem) {
  return h('p', { class: 'refusal', role: 'alert', text: problem.text ?? String(problem) });
}
