// 网银客户登录: the online bank leads here with its ticket behind the address's #, where no server sees it; it is shown once (ER 17).
import { fill, h } from './dom.js';
import { t } from './language.js';
import { ask } from './portal_session.js';

const entrance = document.getElementById('entrance');
const ticket = location.hash.slice(1);
history.replaceState(null, '', location.pathname);

function end(text) {
  fill(entrance, h('h1', { text: t('portal_enter') }), h('p', { class: 'alert', role: 'alert', text }),
    h('p', {}, h('a', { href: '/portal' }, t('portal_to_sign_on'))));
}

if (!ticket) end(t('portal_no_ticket'));
else {
  fill(entrance, h('h1', { text: t('portal_enter') }), h('p', { class: 'notice', role: 'status', text: t('portal_entering') }));
  try {
    await ask('POST', '/sign-on/ticket', { body: { ticket } });
    location.replace('/portal/home');
  } catch (problem) {
    end(problem.text);
  }
}
