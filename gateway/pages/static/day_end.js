// The day end: starting it, following its steps as they happen, earlier runs.
import { call, events, renew, session } from './api.js';
import { head, moment, noticePlace } from './board.js';
import { fill, h, isPair } from './dom.js';
import { announce, hasText, t } from './language.js';
import { showSession } from './shell.js';

const CENTRE = '0001';
const PAUSE_MILLISECONDS = 1000;
const notice = noticePlace();
let following = null;

/** Keep a card of the day end; who may start one sees the button. */
export async function showDayEnd(root) {
  const starter = h('div', { class: 'starter' });
  const run = h('div', { class: 'run', 'aria-live': 'polite' });
  const history = h('div');
  fill(root, head('day_end'), notice.place, starter, run, history);
  drawStarter(starter, run, history);
  const newest = await drawHistory(history);
  if (newest) await follow(newest.run, starter, run, history);
  else fill(run, h('p', { class: 'hint', text: t('no_day_end') }));
}

function mayStart() {
  const { level, outlet } = session.get();
  return level === 'A' && outlet === CENTRE;
}

function drawStarter(starter, run, history, label = 'start_day_end') {
  if (!mayStart()) return fill(starter, h('p', { class: 'hint', text: t('day_end_right') }));
  const through = h('input', { type: 'date', id: 'through' });
  const force = h('input', { type: 'checkbox', id: 'force-close' });
  const button = h('button', { type: 'button', class: 'primary', on: { click: () => confirmed(async () => {
    notice.clear();
    button.disabled = true;
    try {
      const params = { through: through.value, force_close: force.checked ? 'true' : '' };
      const started = await call('POST', '/api/day-end', { params });
      await follow(started.run, starter, run, history);
    } catch (problem) {
      notice.refuse(problem);
    } finally {
      button.disabled = false;
    }
  }) } }, t(label));
  return fill(starter, button, h('label', { for: 'through' }, t('through')), through, h('label', { class: 'check' }, force, ' ', h('span', { text: t('force_close') })));
}

/** Ask before the bank's date moves. */
function confirmed(action) {
  const date = session.get().business_date;
  const yes = h('button', { type: 'button', class: 'primary', on: { click: () => { dialog.close(); action(); } } }, t('start_day_end'));
  const dialog = h('dialog', { 'aria-labelledby': 'day-end-question' }, h('p', { id: 'day-end-question', text: t('start_day_end_question', { date }) }),
    h('div', { class: 'actions' }, yes, h('button', { type: 'button', on: { click: () => dialog.close() } }, t('cancel'))));
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  yes.focus();
}

/** Follow a run until it ends; a broken stream is taken up again. */
async function follow(id, starter, run, history) {
  following?.abort();
  const mine = (following = new AbortController());
  let state = 'running';
  let watched = false;
  while (state === 'running' && !mine.signal.aborted) {
    try {
      for await (const answer of events(`/api/day-end/${id}/events`, mine.signal)) {
        watched ||= answer.state === 'running';
        state = answer.state ?? state;
        drawRun(run, answer);
      }
    } catch (problem) {
      if (problem.name === 'AbortError') return;
      if (problem.status >= 400 && problem.status < 500) return notice.refuse(problem);
    }
    if (state === 'running') await new Promise((go) => setTimeout(go, PAUSE_MILLISECONDS));
  }
  if (mine.signal.aborted) return;
  drawStarter(starter, run, history, state === 'failed' ? 'try_again' : 'start_day_end');
  await drawHistory(history);
  if (watched) {
    announce(t(`run_${state}`));
    await renew().then(showSession).catch(() => {});
  }
}

function drawRun(root, { business_date: date, state, steps = [], days, days_done: daysDone, through }) {
  fill(root,
    h('p', { class: 'run-head' }, h('strong', { class: 'number' }, date), badge(state),
      days > 1 && [h('progress', { max: days, value: daysDone, 'aria-label': through }), h('span', { class: 'hint', text: t('days_progress', { done: daysDone, days }) })]),
    h('ol', { class: 'steps' }, steps.map(stepNode)));
}

function stepNode({ name, title, state, done, total, problem }) {
  const id = `step-${name}`;
  return h('li', { class: state },
    h('span', { id, text: isPair(title) ? title : name }),
    h('progress', { max: Math.max(total ?? 0, 1), value: state === 'done' ? Math.max(total ?? 0, 1) : (done ?? 0), 'aria-labelledby': id }),
    h('span', { class: 'count number' }, total ? `${done} / ${total}` : ''), badge(state),
    problem && h('p', { class: 'refusal', text: problem }));
}

function badge(state) {
  const key = `run_${state}`;
  return h('span', { class: `badge ${state}`, text: hasText(key) ? t(key) : state });
}

async function drawHistory(root) {
  try {
    const { runs } = await call('GET', '/api/day-end');
    fill(root, runs.length > 0 && h('details', { class: 'history' }, h('summary', { text: t('history') }), h('table', {},
      h('thead', {}, h('tr', {}, ['business_date', 'teller', 'started', 'finished'].map((key) => h('th', { scope: 'col', text: t(key) })), h('th'))),
      h('tbody', {}, runs.map((each) => h('tr', {},
        h('td', { class: 'number' }, each.first_business_date === each.business_date ? each.business_date : `${each.first_business_date} – ${each.business_date}`),
        h('td', {}, each.started_by), h('td', {}, moment(each.started_at)), h('td', {}, each.finished_at ? moment(each.finished_at) : ''), h('td', {}, badge(each.state))))))));
    return runs[0] ?? null;
  } catch (problem) {
    notice.refuse(problem);
    return null;
  }
}
