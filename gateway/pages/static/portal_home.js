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
const news = h('section', { class: 'notices', 'aria-live': 'polite' });

fill(work,
  h('header', { class: 'title' }, h('h1', { text: t('portal_welcome', { name: me.name }) })),
  me.phone === null && h('p', { class: 'notice warning', role: 'status', text: t('portal_no_phone') }),
  h('ul', { class: 'places' }, PLACES.map(([key, href]) => h('li', {}, h('a', { class: 'card', href, text: t(key) })))),
  h('section', {}, factsOf({
    user_name: me.user_name, portal_nickname: me.nickname, portal_phone: me.phone, accounts: me.accounts,
  }, { labels: { user_name: t('portal_user'), portal_nickname: t('portal_nickname_now'), portal_phone: t('portal_phone'), accounts: t('recon_account') } })),
  heading('portal_notices'), news);

try {
  const { rows } = await ask('GET', '/notices', { params: { limit: NEWEST } });
  fill(news, rows.length ? rows.map(noticeCard) : h('p', { class: 'hint', text: t('portal_no_notices') }));
} catch (problem) {
  fill(news, h('p', { class: 'alert', role: 'alert', text: problem.text }));
}
