// 日志查询: the operator's own acts, the newest first, by date, page by page (ER 78-80).
import { ask, heading } from './portal_shell.js';
import { columnsTable } from './answers.js';
import { fill, h } from './dom.js';
import { makeForm } from './form.js';
import { t } from './language.js';

const work = document.getElementById('work');
const column = (key, text) => ({ key, kind: 'text', label: t(text) });
const COLUMNS = [column('moment', 'portal_log_time'), column('what', 'portal_log_act'), column('subject', 'portal_log_subject'), column('details', 'portal_log_details')];
const SCHEMA = {
  properties: {
    subject: { type: 'string', maxLength: 60, 'x-label': t('portal_log_subject') },
    date_from: { type: 'string', format: 'date', 'x-label': t('portal_log_from') },
    date_to: { type: 'string', format: 'date', 'x-label': t('portal_log_to') },
  },
};
const answer = h('section', { class: 'answer-area', 'aria-live': 'polite' });
const button = h('button', { type: 'submit', class: 'primary' }, t('portal_log_search'));
const form = makeForm(SCHEMA, { submit: () => draw(), buttons: [button] });

const shown = (row) => ({ ...row, what: row.name, moment: new Date(row.at).toLocaleString('sv-SE'), details: Object.keys(row.details).length ? row.details : null });

async function draw(after) {
  answer.setAttribute('aria-busy', 'true');
  try {
    const { rows, next } = await ask('GET', '/log', { params: { ...form.body(), after } });
    const more = next && h('div', { class: 'actions' }, h('button', { type: 'button', on: { click: () => draw(next) } }, t('portal_more')));
    fill(answer, rows.length ? columnsTable(COLUMNS, rows.map(shown)) : h('p', { class: 'hint', text: t('portal_log_none') }), more);
  } catch (problem) {
    form.show(problem);
  } finally {
    answer.removeAttribute('aria-busy');
  }
}

fill(work, heading('portal_log'), form.node, answer);
await draw();
