// 演示短信: what a demo bank would have sent to its customers' telephones; other banks and other tellers see nothing here.
import { call } from './api.js';
import { fill, h } from './dom.js';
import { t } from './language.js';

const POLL_MILLISECONDS = 3000;
const time = (at) => new Date(at).toLocaleTimeString('sv-SE');

/** Show them in a place, which is hidden where there are none to be shown. */
export async function showMessages(place) {
  try {
    const { rows } = await call('GET', '/api/queries/recon.sms.shown');
    place.hidden = false;
    fill(place, h('h2', { text: t('portal_sms') }), h('p', { class: 'hint', text: t('portal_sms_claim') }),
      rows.length ? h('ul', { class: 'messages' }, rows.map((row) => h('li', {}, h('time', { class: 'number' }, time(row.made_at)), ' ', h('strong', { class: 'number' }, row.phone), ' ', row.content)))
        : h('p', { class: 'hint', text: t('portal_sms_none') }));
    setTimeout(showMessages, POLL_MILLISECONDS, place);
  } catch (problem) {
    place.hidden = true;
    if (problem.outcomeUnknown) setTimeout(showMessages, POLL_MILLISECONDS, place);
  }
}
