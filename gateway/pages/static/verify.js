// 账单验证: whether a statement on paper is the bank's; anybody may ask.
import { call } from './api.js';
import { grouped } from './amounts.js';
import { fill, h } from './dom.js';
import { makeForm } from './form.js';
import { announce, t } from './language.js';
import { facts } from './portal_words.js';

const SCHEMA = {
  required: ['number', 'code'],
  properties: {
    number: { type: 'string', pattern: '^[0-9]{16}$', maxLength: 24, 'x-label': t('recon_number') },
    code: { type: 'string', maxLength: 60, 'x-label': t('verify_code') },
  },
};
const answer = h('section', { class: 'answer-area', 'aria-live': 'polite' });
const asker = h('button', { type: 'submit', class: 'primary' }, t('verify_ask'), h('kbd', {}, 'Enter'));
const form = makeForm(SCHEMA, { submit: verify, changed: () => fill(answer), buttons: [asker] });

async function verify() {
  form.clear();
  asker.disabled = true;
  try {
    const { genuine, facts: said } = await call('POST', '/api/portal/verify', { body: form.body() });
    const text = t(genuine ? 'verify_genuine' : 'verify_not_genuine');
    fill(answer, h('p', { class: genuine ? 'notice' : 'refusal', id: 'verdict', text }), genuine && factsOf(said));
    announce(text);
  } catch (problem) {
    form.show(problem);
  } finally {
    asker.disabled = false;
  }
}

function factsOf(said) {
  return facts([
    ['recon_number', said.number], ['recon_kind', t(`recon_kind_${said.kind}`)], ['recon_account', said.account], ['recon_name', said.name],
    ['recon_period', `${said.date_from} – ${said.date_to}`], ['recon_opening', `${said.currency} ${grouped(said.opening_balance)}`],
    ['recon_closing', `${said.currency} ${grouped(said.closing_balance)}`], ['verify_lines', said.lines ? String(said.lines) : null],
  ]);
}

fill(document.getElementById('work'), h('header', { class: 'title' }, h('h1', { text: t('verify') })), h('p', { class: 'hint', text: t('verify_claim') }), form.node, answer);
form.focus();
