// 昵称设置: the present nickname, whether another one is free, and taking it (ER 62-70).
import { ask, heading, operator, renewed } from './portal_shell.js';
import { fill, h, speak } from './dom.js';
import { makeForm } from './form.js';
import { announce, t } from './language.js';

const work = document.getElementById('work');
const SCHEMA = { required: ['nickname'], properties: { nickname: { type: 'string', maxLength: 20, 'x-label': t('portal_nickname_now'), default: operator().nickname } } };
const said = h('p', { class: 'notice', role: 'status', hidden: true });
const checker = h('button', { type: 'button', on: { click: () => run(check) } }, t('portal_nickname_check'));
const button = h('button', { type: 'submit', class: 'primary' }, t('portal_confirm'));
const form = makeForm(SCHEMA, { submit: () => run(take), changed: () => { said.hidden = true; }, buttons: [button, checker] });

function say(text, bad = false) {
  said.hidden = false;
  said.classList.toggle('warning', bad);
  speak(said, text);
  announce(text);
}

async function run(step) {
  if (!form.check()) return;
  button.disabled = checker.disabled = true;
  try {
    await step(form.body());
  } catch (problem) {
    said.hidden = true;
    form.show(problem);
  } finally {
    button.disabled = checker.disabled = false;
  }
}

async function check(body) {
  const { free } = await ask('POST', '/nickname/check', { body });
  say(t(free ? 'portal_nickname_free' : 'portal_nickname_taken'), !free);
}

async function take(body) {
  renewed(await ask('POST', '/nickname', { body }));
  say(t('portal_nickname_done'));
}

fill(work, heading('portal_nickname'), h('p', { class: 'hint', text: t('portal_nickname_claim') }), said, form.node);
form.focus();
