// Whether every service, its database and the bus answer.
import { look } from './api.js';
import { head, moment, often, refusal } from './board.js';
import { fill, h } from './dom.js';
import { t } from './language.js';

const EVERY_SECONDS = 5;

/** Keep a card of the services' health. */
export function showHealth(root) {
  often(EVERY_SECONDS, async () => {
    try {
      const { services } = await look('/readyz');
      fill(root, head('health', h('span', { class: 'hint', text: t('checked_at', { time: moment(Date.now()) }) })),
        h('ul', { class: 'lights' }, Object.entries(services).map(([name, state]) => light(name, state))));
    } catch (problem) {
      fill(root, head('health'), refusal(problem));
    }
  });
}

function light(name, state) {
  const parts = ['database', 'bus'].filter((part) => part in state);
  return h('li', { class: state.ok ? 'up' : 'down' },
    h('strong', {}, name), h('span', { class: 'state', text: t(state.ok ? 'healthy' : 'unhealthy') }),
    h('small', {}, parts.map((part) => h('span', { class: state[part] ? '' : 'bad' }, t(part), ' ', t(state[part] ? 'healthy' : 'unhealthy'))), state.problem));
}
