// 账单授权: the chosen supervisor approves the reply he sees, or refuses it with a reason (ER 24).
import { h } from './dom.js';
import { makeForm } from './form.js';
import { t } from './language.js';

/** The decision on the last reply of a statement. `act(name, body, text)` does it. */
export function makeDecision(statement, act) {
  const reply = statement.replies.at(-1);
  const schema = { properties: { reason: { type: 'string', maxLength: 500, 'x-label': t('recon_reason') } } };
  const approver = h('button', { type: 'button', class: 'primary', id: 'approve', on: { click: () => decide('approve') } }, t('recon_approve'));
  const refuser = h('button', { type: 'submit', id: 'refuse' }, t('recon_refuse'));
  const form = makeForm(schema, { submit: () => decide('refuse'), buttons: [approver, refuser] });

  async function decide(name) {
    if (approver.disabled) return;
    form.clear();
    const { reason } = form.body();
    const seen = { version: statement.version, reply: reply.reply, digest: reply.digest };
    approver.disabled = true;
    try {
      await act(name, name === 'refuse' ? { ...seen, reason } : seen, t(name === 'refuse' ? 'recon_refused' : 'recon_approved'));
    } catch (problem) {
      form.show(problem);
    } finally {
      approver.disabled = false;
    }
  }

  return h('section', { class: 'part decision' }, h('h2', { text: t('recon_to_decide') }), form.node);
}
