// What every page of the portal behind sign-on shares: the session in the top bar, and signing off.
import { h, speak } from './dom.js';
import { t } from './language.js';
import { ask, keep, toSignOn } from './portal_session.js';

export { ask } from './portal_session.js';

let session = keep(await ask('GET', '/session'));

/** Who is signed on: `{user_name, role, name, nickname, phone, accounts, ...}`. */
export function operator() {
  return session;
}

/** Take in a session that an act has changed. */
export function renewed(answer) {
  session = keep(answer);
  show();
}

function show() {
  for (const place of document.querySelectorAll('[data-operator]')) {
    const name = place.dataset.operator;
    speak(place, name === 'role' ? t(`portal_${session.role}`) : session[name]);
  }
}

/** The head of a page. */
export function heading(key, ...more) {
  return h('header', { class: 'title' }, h('h1', { text: t(key) }), more);
}

show();
const signOff = document.getElementById('sign-off');
signOff.addEventListener('click', async () => {
  await ask('POST', '/sign-off').catch(() => {});
  await toSignOn();
});
signOff.disabled = false; // without the session's token it could not sign off
