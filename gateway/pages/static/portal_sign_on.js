// 客户登录: user name or nickname, the code that comes by telephone, the digits of a picture or of tones (ER 15-17).
import { fill, h, speak } from './dom.js';
import { makeForm } from './form.js';
import { announce, t } from './language.js';
import { ask, destination } from './portal_session.js';

const entrance = document.getElementById('entrance');
const back = destination();
const field = (key, more = {}) => ({ type: 'string', 'x-label': t(key), ...more });
const SCHEMA = {
  required: ['name', 'code', 'captcha'],
  properties: {
    name: field('portal_name', { maxLength: 60, 'x-hint': t('portal_name_hint') }),
    code: field('portal_code', { maxLength: 6, pattern: '^[0-9]{6}$' }),
    captcha: field('portal_captcha', { maxLength: 5, pattern: '^[0-9]{5}$' }),
  },
};

let attempt = null;
const picture = h('img', { width: 200, height: 64, alt: '' });
const name = h('span', { class: 'unseen', text: t('portal_picture') });
const another = h('button', { type: 'button', class: 'small', on: { click: () => freshPicture(true) } }, t('portal_new_picture'));
const listener = h('button', { type: 'button', class: 'small', 'aria-describedby': 'listen-rule', on: { click: listen } }, t('portal_listen'));
const rule = h('p', { id: 'listen-rule', class: 'hint', text: t('portal_listen_rule') });
const sender = h('button', { type: 'button', class: 'send-code', on: { click: sendCode } }, t('portal_send_code'));
const button = h('button', { type: 'submit', class: 'primary' }, t('portal_sign_on'));
const notice = h('p', { class: 'notice', role: 'status', hidden: true });
const form = makeForm(SCHEMA, { submit: signOn, buttons: [button] });

function place(fieldName) {
  return form.node.querySelector(`[data-field=${fieldName}]`);
}

function say(text) {
  notice.hidden = false;
  speak(notice, text);
}

/** Begin a try, or have another picture for the one that goes on. */
async function freshPicture(focus = false) {
  try {
    const begun = attempt ? await ask('POST', '/sign-on/picture', { body: { try_id: attempt } }) : await ask('POST', '/sign-on/begin');
    attempt = begun.try_id;
    picture.src = begun.picture;
    place('captcha').querySelector('input').value = '';
    if (focus) place('captcha').querySelector('input').focus();
  } catch (problem) {
    if (problem.code === 'portal.try_over' && attempt) return beginAgain();
    form.show(problem);
  }
}

async function beginAgain() {
  attempt = null;
  await freshPicture();
}

async function listen() {
  announce(t('portal_listen_rule'));
  if (!attempt) await freshPicture();
  try {
    await new Audio(`/api/portal/sign-on/sound?try_id=${attempt}&${Date.now()}`).play();
  } catch {
    await freshPicture(); // the picture was used up: its successor can be heard
  }
}

/** 发送手机密码; everybody is told the same. */
async function sendCode() {
  form.clear();
  const given = form.body().name;
  if (!given) return form.show({ field: 'name', text: t('required_field'), errors: [] });
  sender.disabled = true;
  if (!attempt) await freshPicture();
  try {
    const told = await ask('POST', '/sign-on/code', { body: { try_id: attempt, name: given } });
    say(told.notice);
    place('code').querySelector('input').focus();
    countDown(told.again_after_seconds);
  } catch (problem) {
    sender.disabled = false;
    if (problem.code === 'portal.try_over') await beginAgain();
    form.show(problem);
  }
}

function countDown(seconds) {
  if (seconds <= 0) {
    sender.disabled = false;
    return fill(sender, t('portal_send_code'));
  }
  fill(sender, t('portal_send_again', { seconds }));
  setTimeout(() => countDown(seconds - 1), 1000);
}

async function signOn() {
  button.disabled = true;
  try {
    await ask('POST', '/sign-on', { body: { ...form.body(), try_id: attempt } });
    location.assign(back.path);
  } catch (problem) {
    await freshPicture();
    form.show(problem);
  } finally {
    button.disabled = false;
  }
}

fill(entrance, h('h1', { text: t('portal_sign_on') }), notice, form.node);
place('code').append(sender);
place('captcha').append(h('div', { class: 'captcha' }, name, picture, h('div', {}, another, listener)), rule);
if (back.over) say(t('portal_over'));
await freshPicture();
form.focus();
