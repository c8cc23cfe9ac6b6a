// The second person: signs the digest of this very request with credentials of his own (F9).
import { call } from './api.js';
import { grouped } from './amounts.js';
import { fill, h } from './dom.js';
import { makeForm } from './form.js';
import { meaning, t } from './language.js';

const REASONS = { c: 'approval_checker', a: 'approval_manager', ca: 'approval_both' };

/** Why a second person is needed, from what a preview or a refusal said (`dual`, or an amount above a limit). */
export function reasonOf(needed) {
  if (needed.limit) return t('approval_amount', { ...needed, amount: grouped(needed.amount), limit: grouped(needed.limit), settlement: meaning(needed.settlement ?? 'cash') });
  return t(REASONS[needed.dual] ?? 'approval_checker');
}

/** Ask a second person for an approval; gives `{approval, teller}`, or null when they step back. */
export function askApproval(transaction, body, needed) {
  return new Promise((settle) => {
    const schema = {
      type: 'object', required: ['teller', 'password'],
      properties: {
        teller: { type: 'string', 'x-label': t('teller'), maxLength: 5 },
        password: { type: 'string', 'x-label': t('password'), 'x-widget': 'password' },
      },
    };
    const consent = h('button', { type: 'submit', class: 'primary' }, t('give_approval'));
    const back = h('button', { type: 'button', on: { click: () => dialog.close() } }, t('cancel'));
    const form = makeForm(schema, { submit: sign, buttons: [consent, back] });
    const dialog = h('dialog', { class: 'approval', 'aria-labelledby': 'approval-title' },
      h('h2', { id: 'approval-title', text: t('approve') }),
      h('p', {}, h('strong', { text: transaction.name }), ' ', h('code', {}, transaction.code)),
      h('p', { text: reasonOf(needed) }),
      h('p', { class: 'hint', text: t('approval_note') }),
      form.node);
    let given = null;
    dialog.addEventListener('close', () => { dialog.remove(); settle(given); });
    dialog.addEventListener('keydown', (event) => event.stopPropagation());

    async function sign() {
      const second = { ...form.body(), teller: form.body().teller.toUpperCase() };
      consent.disabled = true;
      try {
        const { approval } = await call('POST', '/api/approvals', { body: { ...second, transaction: transaction.code, body } });
        given = { approval, teller: second.teller };
        dialog.close();
      } catch (problem) {
        form.show(problem);
      } finally {
        consent.disabled = false;
      }
    }

    document.body.append(dialog);
    dialog.showModal();
    form.focus();
    fill(document.getElementById('announcements'), t('approve'));
  });
}
