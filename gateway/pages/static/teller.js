// The teller's workbench: menu and code entry, the form of a transaction, its entries, its receipt.
import './shell.js';
import { call, download, session } from './api.js';
import { APART } from './answers.js';
import { askApproval, reasonOf } from './approval.js';
import { adjusted, loadCatalogue, loadRights, permitted } from './catalogue.js';
import { fill, h } from './dom.js';
import { setTables } from './entries.js';
import { makeFinder } from './finder.js';
import { makeForm } from './form.js';
import { announce, t } from './language.js';
import { addressOf, leadsTo } from './links.js';
import { makePanel } from './panels.js';
import { keep, showJournal, slipNode } from './receipt.js';

const work = document.getElementById('work');
const journal = document.getElementById('journal');
const panel = makePanel(document.getElementById('panel'));
let finder = null;
let open = null;

/** A new key for a form that was just opened; every retry of that form sends the same. */
function freshKey() {
  if (crypto.randomUUID) return crypto.randomUUID();
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** A key that is held down presses a button once: nobody executes by resting on Enter. */
function once(event) {
  if (event.repeat) event.preventDefault();
}

class OpenTransaction {
  constructor(transaction, values) {
    this.transaction = transaction;
    this.key = freshKey();
    this.approval = null;
    this.needed = transaction.dual ? { dual: transaction.dual } : null;
    this.previewed = false;
    this.busy = false;
    this.executor = h('button', { type: 'button', class: 'primary', on: { click: () => this.execute(), keydown: once } }, t('execute'));
    this.approver = h('button', { type: 'button', hidden: !transaction.dual, on: { click: () => this.approve() } }, t('approve'), h('kbd', {}, 'F9'));
    this.approved = h('p', { class: 'approved', role: 'status' });
    this.preview = h('section', { class: 'preview', 'aria-live': 'polite' });
    const previewer = h('button', { type: 'submit', class: 'primary' }, t('preview'), h('kbd', {}, 'Enter'));
    this.form = makeForm(transaction.schema, {
      context: { left: (kind, number) => panel[kind](number) },
      submit: () => this.showPreview(),
      changed: () => this.forget(),
      values: { currency: 'CNY', ...values },
      buttons: [previewer, this.approver, this.approved],
    });
  }

  show() {
    fill(work,
      h('header', { class: 'title' }, h('h1', { text: this.transaction.name }), h('code', {}, this.transaction.code),
        this.transaction.dual && h('span', { class: 'tag', text: t('approval_needed') })),
      this.form.node, this.preview);
    work.scrollTop = 0;
    this.form.focus();
  }

  /** Whatever changes takes preview and approval back: both were for the content as it was. */
  forget() {
    if (this.busy) return;
    this.previewed = false;
    this.approval = null;
    this.needed = this.transaction.dual ? { dual: this.transaction.dual } : null;
    this.approver.hidden = !this.needed;
    fill(this.approved);
    fill(this.preview);
  }

  async while(action) {
    if (this.busy) return;
    this.busy = true;
    work.setAttribute('aria-busy', 'true');
    try {
      await action();
    } catch (problem) {
      this.form.show(problem);
    } finally {
      this.busy = false;
      work.removeAttribute('aria-busy');
    }
  }

  showPreview() {
    return this.while(async () => {
      this.form.clear();
      const receipt = await call('POST', `/api/transactions/${this.transaction.code}/preview`, { body: this.form.body() });
      this.previewed = true;
      if (receipt.second_needed) this.needs(receipt.second_needed);
      fill(this.preview,
        h('h2', { text: t('entries_preview') }),
        setTables(receipt),
        receipt.rule && h('p', { class: 'hint' }, t('posting_rule'), ' ', h('a', { href: addressOf(leadsTo('rule', receipt.rule)), ...APART }, receipt.rule)),
        this.needed && !this.approval && h('p', { class: 'notice', text: reasonOf(this.needed) }),
        h('div', { class: 'actions' }, this.executor));
      this.executor.scrollIntoView({ block: 'nearest' });
      if (this.needed && !this.approval) this.approver.focus();
      else this.executor.focus();
    });
  }

  /** A second person is needed for this content: because of the transaction, or of its amount. */
  needs(needed) {
    this.needed = needed;
    this.approver.hidden = false;
  }

  /** Ask the second person; gives whether there is an approval now. */
  async approve() {
    if (this.busy || !this.form.check()) return false;
    const given = await askApproval(this.transaction, this.form.body(), this.needed ?? {});
    if (!given) return false;
    this.approval = given.approval;
    fill(this.approved, t('approved_by', { teller: given.teller }));
    if (this.previewed) this.executor.focus();
    else await this.showPreview();
    return true;
  }

  /** Send it; where a second person turns out to be needed, ask for one and send it again. */
  async execute() {
    if (this.needed && !this.approval && !(await this.approve())) return;
    let refusal = null;
    await this.while(async () => {
      announce(t('executing'));
      const headers = { 'Idempotency-Key': this.key, ...(this.approval ? { 'X-Approval': this.approval } : {}) };
      try {
        const receipt = await call('POST', `/api/transactions/${this.transaction.code}`, { body: this.form.body(), headers });
        this.finish(receipt);
      } catch (problem) {
        if (problem.code === 'approval.required') refusal = problem;
        if (!problem.outcomeUnknown) {
          this.form.lock(false);
          throw problem;
        }
        this.form.show(problem);
        this.form.say(t('outcome_unknown'));
        this.form.lock(true);
        this.executor.focus();
      }
    });
    if (!refusal) return;
    this.approval = null;
    this.needs({ dual: 'c', ...refusal.errors[0] });
    if (await this.approve()) await this.execute();
  }

  finish(receipt) {
    const labels = Object.fromEntries(Object.entries(this.transaction.schema.properties ?? {}).map(([name, each]) => [name, each['x-label']]).filter(([, label]) => label));
    const slip = { name: this.transaction.name, inputs: this.form.inputs(), receipt, labels };
    keep(slip);
    showJournal(journal, showSlip);
    panel.again();
    open = null;
    showReceipt(slip, this.transaction);
    announce(t('done'));
  }
}

function showReceipt(slip, transaction) {
  const again = h('button', { type: 'button', class: 'primary', on: { click: () => start(transaction) } }, t('same_again'), h('kbd', {}, 'Enter'));
  fill(work,
    h('header', { class: 'title success' }, h('h1', { text: t('done') }), h('code', {}, slip.receipt.transaction_number ?? '')),
    slipNode(slip),
    h('div', { class: 'actions' }, again, printer(), passbookPrinter(slip.receipt), h('button', { type: 'button', on: { click: rest } }, t('other_transaction'), h('kbd', {}, 'Esc'))));
  work.scrollTop = 0;
  again.focus();
}

function showSlip(slip) {
  open = null;
  fill(work, h('header', { class: 'title' }, h('h1', { text: t('reprint') }), h('code', {}, slip.receipt.transaction_number ?? '')),
    slipNode(slip, true), h('div', { class: 'actions' }, printer(true), passbookPrinter(slip.receipt), h('button', { type: 'button', on: { click: rest } }, t('close'), h('kbd', {}, 'Esc'))));
  work.querySelector('.actions button').focus();
}

function printer(primary = false) {
  return h('button', { type: 'button', class: primary ? 'primary' : '', on: { click: () => print() } }, t('print'));
}

/** What goes into a passbook, as a sheet of its own with page and row. */
function passbookPrinter({ result, transaction_number: number, business_date: date }) {
  if (!result?.printed) return null;
  const asked = { transaction_number: result.transaction_number ?? number, date, format: 'pdf' };
  return h('button', { type: 'button', on: { click: () => download('/api/reports/printout', asked).catch((problem) => announce(problem.text ?? String(problem))) } }, t('print_passbook'));
}

function start(transaction, values = {}) {
  open = new OpenTransaction(transaction, values);
  if (location.hash !== `#${transaction.code}`) history.replaceState(null, '', `#${transaction.code}`);
  finder.mark(transaction.code);
  panel.clear();
  open.show();
}

/** Nothing open: what the keys do, and the cursor in the code entry. */
function rest() {
  open = null;
  history.replaceState(null, '', location.pathname);
  finder.mark(null);
  panel.clear();
  const keys = [['Enter', 'key_enter'], ['Ctrl Enter', 'key_control_enter'], ['F2', 'key_f2'], ['F9', 'key_f9'], ['F11', 'key_f11'], ['Esc', 'key_escape']];
  fill(work, h('div', { class: 'rest' },
    session.get()?.password_reminder && h('p', { class: 'notice', role: 'status', text: t('password_reminder') }),
    h('h1', { text: t('choose_transaction') }), h('p', { class: 'hint', text: t('choose_transaction_hint') }),
    h('h2', { text: t('keys') }),
    h('dl', { class: 'keys' }, keys.map(([key, text]) => h('div', {}, h('dt', {}, key.split(' ').map((each) => h('kbd', {}, each))), h('dd', { text: t(text) }))))));
  finder.focus();
}

const shortcuts = {
  F2: () => finder.focus(),
  F9: () => open?.approve(),
  F11: () => {
    const field = document.activeElement?.closest('.field.account, .field.customer');
    if (field && document.activeElement.value) panel[field.classList.contains('account') ? 'account' : 'customer'](document.activeElement.value.trim());
    else panel.again();
  },
  Escape: () => rest(),
};

document.addEventListener('keydown', (event) => {
  if (!finder || !shortcuts[event.key] || event.isComposing || document.querySelector('dialog[open]')) return;
  event.preventDefault();
  shortcuts[event.key]();
});

try {
  const [catalogue, rights] = await Promise.all([loadCatalogue(), loadRights()]);
  const transactions = catalogue.transactions.map((each) => adjusted(each, rights)).filter((each) => permitted(each, session.get(), rights));
  finder = makeFinder(document.getElementById('finder'), {
    entries: transactions, label: t('transaction_code'), hint: t('code_hint'), treeLabel: t('transaction_menu'), open: start, keycap: 'F2',
  });
  panel.knows(catalogue.queries);
  showJournal(journal, showSlip);
  const fromAddress = () => {
    const [code, given] = location.hash.slice(1).split('?');
    const asked = transactions.find((each) => each.code === code);
    if (asked) start(asked, Object.fromEntries(new URLSearchParams(given)));
    return asked;
  };
  if (!fromAddress()) rest();
  addEventListener('hashchange', fromAddress);
} catch (problem) {
  fill(work, h('p', { class: 'refusal', role: 'alert', text: problem.text ?? String(problem) }));
}
