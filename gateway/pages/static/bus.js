// What waits in the outboxes, and what is parked with its reason; a parked message can be handled again, never thrown away.
import { call } from './api.js';
import { head, moment, noticePlace, often } from './board.js';
import { fill, h } from './dom.js';
import { announce, t } from './language.js';

const EVERY_SECONDS = 5;

/** Keep a card of outboxes and parked messages. */
export function showBus(root) {
  const notice = noticePlace();
  const content = h('div');
  fill(root, head('bus_and_outbox'), notice.place, content);
  let drawn = '';

  async function draw() {
    try {
      const answer = await call('GET', '/api/operations/bus');
      const said = JSON.stringify(answer);
      if (said === drawn) return;
      drawn = said;
      fill(content, lags(answer.services), h('h3', { text: t('parked') }), parkedTable(answer.parked));
    } catch (problem) {
      drawn = '';
      fill(content, h('p', { class: 'hint', text: problem.status === 403 ? t('operations_right') : problem.text ?? String(problem) }));
    }
  }

  async function replay(parked, button) {
    button.disabled = true;
    notice.clear();
    try {
      await call('POST', `/api/operations/parked/${parked.service}/${parked.id}/replay`);
      announce(t('replayed'));
    } catch (problem) {
      notice.refuse(problem);
    }
    button.disabled = false;
    drawn = '';
    await draw();
  }

  function parkedTable(parked) {
    if (!parked.length) return h('p', { class: 'hint', text: t('no_parked') });
    return h('div', { class: 'scroll' }, h('table', {},
      h('thead', {}, h('tr', {}, ['service', 'message', 'reason', 'received_at', 'attempts'].map((key) => h('th', { scope: 'col', text: t(key) })), h('th'))),
      h('tbody', {}, parked.map((each) => h('tr', {},
        h('td', {}, each.service), h('td', {}, h('details', {}, h('summary', {}, each.name), h('pre', {}, pretty(each.body)))),
        h('td', {}, each.reason), h('td', {}, moment(each.received_at)), h('td', { class: 'amount' }, String(each.attempts)),
        h('td', {}, h('button', { type: 'button', class: 'small', on: { click: (event) => replay(each, event.currentTarget) } }, t('replay'))))))));
  }

  often(EVERY_SECONDS, draw);
}

function lags(services) {
  const most = Math.max(1, ...services.map((each) => each.outbox_waiting ?? 0));
  return h('table', {},
    h('thead', {}, h('tr', {}, h('th', { scope: 'col', text: t('service') }), h('th', { scope: 'col', class: 'amount', text: t('outbox_waiting') }), h('th'),
      h('th', { scope: 'col', class: 'amount', text: t('outbox_oldest') }), h('th', { scope: 'col', class: 'amount', text: t('parked') }))),
    h('tbody', {}, services.map((each) => (each.problem
      ? h('tr', { class: 'bad' }, h('td', {}, each.service), h('td', { colspan: 4 }, each.problem))
      : h('tr', {}, h('td', {}, each.service), h('td', { class: 'amount' }, String(each.outbox_waiting)),
        h('td', {}, h('meter', { max: most, value: each.outbox_waiting, 'aria-label': `${each.service} ${each.outbox_waiting}` })),
        h('td', { class: 'amount', text: t('seconds', { value: each.outbox_oldest_seconds.toFixed(1) }) }),
        h('td', { class: `amount ${each.parked_count ? 'bad' : ''}` }, String(each.parked_count)))))));
}

function pretty(body) {
  try {
    return JSON.stringify(typeof body === 'string' ? JSON.parse(body) : body, null, 2);
  } catch {
    return String(body);
  }
}
