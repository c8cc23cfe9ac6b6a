// Sign-on, and the change of the first password that goes before any work (IB 692-699, 796).
import { call, destination, session } from './api.js';
import { fill, h } from './dom.js';
import { makeForm } from './form.js';
import { t } from './language.js';

const entrance = document.getElementById('entrance');
const back = destination();

function field(key, more = {}) {
  return { type: 'string', 'x-label': t(key), ...more };
}

/** Show one of the page's forms: its title, a notice if there is one, and what its button does. */
function show(title, notice, properties, required, submit) {
  const button = h('button', { type: 'submit', class: 'primary' }, t(title));
  const form = makeForm({ properties, required }, { submit: () => attempt(form, button, submit), buttons: [button] });
  fill(entrance, h('h1', { text: t(title) }), notice && h('p', { class: 'notice', role: 'status', text: t(notice) }), form.node);
  form.focus();
}

async function attempt(form, button, submit) {
  button.disabled = true;
  try {
    await submit(form.body(), form);
  } catch (problem) {
    form.show(problem);
  } finally {
    button.disabled = false;
  }
}

function showSignOn() {
  const properties = {
    teller: field('teller', { maxLength: 5 }),
    password: field('password', { 'x-widget': 'password' }),
    cash_box: field('cash_box', { maxLength: 5, pattern: '^[0-9]{5}$', 'x-hint': t('cash_box_hint') }),
  };
  show('sign_on', back.expired && 'sign_on_expired', properties, ['teller', 'password'], async (given) => {
    const body = { ...given, teller: given.teller.toUpperCase() };
    const answer = await call('POST', '/api/sign-on', { body });
    if (answer.must_change_password) showNewPassword(body, answer.token);
    else enter(answer);
  });
}

function showNewPassword(signOn, token) {
  const properties = {
    new_password: field('new_password', { 'x-widget': 'password' }),
    again: field('new_password_again', { 'x-widget': 'password' }),
  };
  show('change_password', 'first_sign_on', properties, ['new_password', 'again'], async ({ new_password: chosen, again }, form) => {
    if (chosen !== again) return form.show({ field: 'again', text: t('passwords_differ'), errors: [] });
    const headers = { Authorization: `Bearer ${token}`, 'Idempotency-Key': [...crypto.getRandomValues(new Uint32Array(4))].join('-') };
    const body = { teller: signOn.teller, old_password: signOn.password, new_password: chosen };
    await call('POST', '/api/transactions/counter.teller.change_password', { body, headers });
    enter(await call('POST', '/api/sign-on', { body: { ...signOn, password: chosen } }));
  });
}

function enter(answer) {
  session.clear();
  session.set(answer);
  location.assign(back.path);
}

showSignOn();
