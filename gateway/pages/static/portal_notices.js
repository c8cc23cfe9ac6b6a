// 银行公告: the notices in force, the newest first, page by page (ER 70-76).
import { ask, heading } from './portal_shell.js';
import { fill, h } from './dom.js';
import { t } from './language.js';
import { noticeCard } from './portal_notices_list.js';

const work = document.getElementById('work');
const list = h('section', { class: 'notices', 'aria-live': 'polite' });
const foot = h('div', { class: 'actions' });

async function more(after) {
  try {
    const { rows, next } = await ask('GET', '/notices', { params: { after } });
    list.append(...rows.map(noticeCard));
    if (!after && rows.length === 0) list.append(h('p', { class: 'hint', text: t('portal_no_notices') }));
    fill(foot, next && h('button', { type: 'button', on: { click: () => more(next) } }, t('portal_more')));
  } catch (problem) {
    fill(foot, h('p', { class: 'alert', role: 'alert', text: problem.text }));
  }
}

fill(work, heading('portal_notices'), list, foot);
await more();
