// 对账回复: the result, the sheet where it has one, then contact and supervisor, then one last question (ER 20-48).
import { ask } from './portal_shell.js';
import { fill, h } from './dom.js';
import { makeForm } from './form.js';
import { t } from './language.js';
import { makeMatching } from './portal_matching.js';
import { makeSheet } from './portal_sheet.js';
import { facts, refused, resultOf } from './portal_words.js';

const WITH_SHEET = ['disagreed_adjusted', 'distorted'];
const SATISFACTIONS = ['satisfied', 'acceptable', 'dissatisfied'];
const MOST_OPINION = 500;

/** The reply to a statement. `act(name, body, text)` sends it and shows the statement as it stands then. */
export function makeReply(statement, act) {
  const node = h('section', { class: 'part replying' });
  const last = statement.replies.at(-1);
  const sheet = makeSheet(statement, statement.draft ?? last?.sheet);
  const matching = makeMatching(statement, sheet.take);
  const said = h('div', { role: 'status' });
  const before = statement.draft ? 'disagreed_adjusted' : statement.state === 'refused' && last.result;
  let result = statement.results.includes(before) ? before : null;

  /** First step: the result, and the sheet if it has one. */
  function choose() {
    const options = statement.results.map((each) => h('label', { class: 'option' },
      h('input', { type: 'radio', name: 'result', value: each, checked: each === result, on: { change: () => { result = each; arrange(); } } }), resultOf(each)));
    const adjusting = h('div', { class: 'adjusting' }, matching.node, sheet.node,
      h('div', { class: 'actions' }, h('button', { type: 'button', id: 'keep', on: { click: keep } }, t('recon_keep'))));
    const arrange = () => { adjusting.hidden = !WITH_SHEET.includes(result); next.disabled = result === null; };
    const next = h('button', { type: 'button', class: 'primary', id: 'next', on: { click: proceed } }, t('recon_next'));
    fill(node, h('h2', {}, t('recon_reply'), h('span', { class: 'tag' }, t('recon_reply_round', { round: statement.round }))),
      h('fieldset', { class: 'results' }, h('legend', { text: t('recon_choose_result') }), options), adjusting, said, h('div', { class: 'actions' }, next));
    arrange();
  }

  async function keep() {
    if (!sheet.check()) return;
    try {
      await ask('POST', `/statements/${statement.number}/adjustment`, { body: sheet.value() });
      fill(said, h('p', { class: 'notice', text: t('recon_kept') }));
    } catch (problem) {
      sheet.show(problem);
    }
  }

  async function proceed() {
    if (WITH_SHEET.includes(result) && !sheet.check()) return;
    fill(said);
    try {
      const { rows } = await ask('GET', `/statements/${statement.number}/supervisors`);
      if (rows.length) confirm(rows);
      else fill(said, refused({ text: t('recon_no_supervisor') }));
    } catch (problem) {
      fill(said, refused(problem));
    }
  }

  /** Second step: contact and supervisor, from the second round on how satisfied the company is with the bank's answer. */
  function confirm(supervisors) {
    const again = statement.round > 1;
    const finisher = h('button', { type: 'submit', class: 'primary', id: 'finish' }, t('recon_finish'));
    const back = h('button', { type: 'button', on: { click: choose } }, t('recon_previous'));
    const text = (key, most) => ({ type: 'string', maxLength: most, 'x-label': t(key) });
    const form = makeForm({
      required: ['contact_name', 'contact_phone', 'supervisor', ...(again ? ['satisfaction'] : [])],
      properties: {
        contact_name: text('recon_contact_name', 60),
        contact_phone: text('recon_contact_phone', 30),
        supervisor: { ...text('recon_supervisor'), 'x-choices': supervisors.map(({ operator, name }) => ({ value: operator, zh: name, en: name })) },
        ...(again ? {
          satisfaction: { ...text('recon_satisfaction'), 'x-choices': SATISFACTIONS.map((value) => ({ value, ...t(`recon_satisfaction_${value}`) })) },
          opinion: text('recon_opinion', MOST_OPINION),
        } : {}),
      },
    }, { submit: () => lastQuestion(form, finisher), buttons: [finisher, back], values: lastContact() });
    fill(node, h('h2', { text: t('recon_confirm') }), facts([['recon_result', resultOf(result)], ['recon_number', statement.number]]), form.node);
    form.focus();
  }

  function lastContact() {
    return last ? { contact_name: last.contact_name, contact_phone: last.contact_phone } : {};
  }

  /** The dialog before anything is sent. */
  function lastQuestion(form, finisher) {
    const sender = h('button', { type: 'button', class: 'primary', id: 'send', on: { click: send } }, t('recon_send'));
    const dialog = h('dialog', { 'aria-labelledby': 'sure' }, h('h2', { id: 'sure', text: t('recon_sure') }), h('p', { text: resultOf(result) }),
      h('div', { class: 'actions' }, sender, h('button', { type: 'button', on: { click: () => dialog.close() } }, t('cancel'))));
    dialog.addEventListener('close', () => { dialog.remove(); finisher.focus(); });

    async function send() {
      sender.disabled = true;
      const body = { version: statement.version, result, ...form.body(), ...(WITH_SHEET.includes(result) ? { sheet: sheet.value() } : {}) };
      try {
        await act('reply', body, t('recon_sent'));
        dialog.close();
      } catch (problem) {
        dialog.close();
        form.show(problem);
      }
    }

    document.body.append(dialog);
    dialog.showModal();
    sender.focus();
  }

  choose();
  return node;
}
