// How a notice of the bank looks.
import { h } from './dom.js';
import { t } from './language.js';

/** A notice: title, dates, text as it was written. */
export function noticeCard({ title, content, valid_from: from, valid_until: until }) {
  return h('article', { class: 'card' }, h('h2', {}, title), h('p', { class: 'hint', text: t('portal_notice_dates', { from, until }) }), h('p', { class: 'written' }, content));
}
