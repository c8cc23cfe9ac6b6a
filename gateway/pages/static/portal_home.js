// 首页: who is signed on, what waits for him, the newest notices.
import { ask, heading, operator } from './portal_shell.js';
import { factsOf } from './answers.js';
import { fill, h } from './dom.js';
import { t } from './language.js';
import { noticeCard } from './portal_notices_list.js';

const NEWEST = 3;
const work = document.getElementById('work');
const me = operator();
const FIRST = me.role === 'supervisor' ? ['recon_to_decide', '/portal/statements#view=to_decide'] : ['recon_to_handle', '/portal/statements#view=to_handle'];
const PLACES = [
  FIRST, ['recon_all', '/portal/statements#view=all'],
  ['portal_nickname', '/portal/nickname'], ['portal_notices', '/portal/notices'], ['portal_log', '/portal/log'],
];
const waiting = h('section', { 'aria-live': 'polite' });
const news = h('section', { class: 'notices', 'aria-live': 'polite' });

fill(work,
  h('header', { class: 'title' }, h('h1', { text: t('portal_welcome', { name: me.name }) })),
  me.phone === null && h('p', { class: 'notice warning', role: 'status', text: t('portal_no_phone') }),
  waiting,
  h('ul', { class: 'places' }, PLACES.map(([key, href]) => h('li', {}, h('a', { class: 'card', href, text: t(key) })))),
  h('section', {}, factsOf({
    user_name: me.user_name, portal_nickname: me.nickname, portal_phone: me.phone, accounts: me.accounts,
  }, { labels: { user_name: t('portal_user'), portal_nickname: t('portal_nickname_now'), portal_phone: t('portal_phone'), accounts: t('recon_account') } })),
  heading('portal_notices'), news);

/** A statement that waits shortly before its due date, or after it; the list of them is no longer than a page. */
function reminder({ number, account, due_on: dueOn, reminder: kind }) {
  return h('li', {}, h('a', { href: `/portal/statement#${number}` }, number), ' ', account, ' ', t('portal_due', { due_on: dueOn }),
    kind === 'overdue' && h('span', { class: 'tag bad' }, t('recon_overdue')));
}

async function showWaiting() {
  const { rows, more } = await ask('GET', '/reminders');
  if (rows.length) fill(waiting, h('div', { class: 'notice warning' }, h('h2', { text: t('portal_waiting') }), h('ul', {}, rows.map(reminder)), more && h('p', {}, h('a', { href: FIRST[1] }, t('portal_more')))));
}

async function showNews() {
  const { rows } = await ask('GET', '/notices', { params: { limit: NEWEST } });
  fill(news, rows.length ? rows.map(noticeCard) : h('p', { class: 'hint', text: t('portal_no_notices') }));
}

for (const [place, show] of [[waiting, showWaiting], [news, showNews]]) {
  show().catch((problem) => fill(place, h('p', { class: 'alert', role: 'alert', text: problem.text })));
}
