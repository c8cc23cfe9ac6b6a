// What the cards of the board share.
import { fill, h } from './dom.js';
import { t } from './language.js';

/** Run something now and every so often while the page is looked at. */
export function often(seconds, action) {
  action();
  setInterval(() => { if (!document.hidden) action(); }, seconds * 1000);
}

/** The head of a card: its title, and what stands on its right. */
export function head(key, ...right) {
  return h('header', {}, h('h2', { text: t(key) }), h('div', { class: 'right' }, right));
}

/** A refusal inside a card. */
export function refusal(problem) {
  return h('p', { class: 'refusal', role: 'alert', text: problem.text ?? String(problem) });
}

/** The time of day of an instant, or its date too when it is not today's. */
export function moment(instant) {
  const at = new Date(instant);
  if (Number.isNaN(at.getTime())) return String(instant ?? '');
  const [day, time] = [at.toLocaleDateString('sv-SE'), at.toLocaleTimeString('sv-SE')];
  return day === new Date().toLocaleDateString('sv-SE') ? time : `${day} ${time}`;
}

/** A place for messages about an action of the card. */
export function noticePlace() {
  const place = h('div', { role: 'alert' });
  return { place, refuse: (problem) => fill(place, refusal(problem)), clear: () => fill(place), say: (text) => fill(place, h('p', { class: 'notice', text })) };
}
