// 利息试算: what a deposit would earn, asked without an account and without signing on; every segment with its rule.
import { call } from './api.js';
import { columnsTable, factsOf } from './answers.js';
import { fill, h } from './dom.js';
import { makeForm } from './form.js';
import { announce, t } from './language.js';

const work = document.getElementById('work');
const text = (key) => ({ 'x-label': t(key) });
const day = (key, more = {}) => ({ type: 'string', format: 'date', ...text(key), ...more });
const choice = (key, values, more = {}) => ({ type: 'string', ...text(key), 'x-widget': 'choice', 'x-choices': values.map(([value, name]) => ({ value, ...t(name) })), ...more });
const flag = (key, more) => ({ type: 'boolean', default: false, ...text(key), ...more });
const only = (...products) => ({ 'x-when': { product: products } });

const AGREED = { 'x-when': { product: ['demand'], customer_kind: ['corporate'] } };
const PRODUCTS = [['demand', 'quote_demand'], ['time', 'quote_time'], ['optional', 'quote_optional'], ['instalment', 'quote_instalment'],
  ['interest_drawing', 'quote_interest_drawing'], ['notice', 'quote_notice'], ['education', 'quote_education']];
const TERMS = [['203', 'months_3'], ['206', 'months_6'], ['301', 'year_1'], ['302', 'years_2'], ['303', 'years_3'], ['305', 'years_5'], ['306', 'years_6'],
  ['101', 'notice_1'], ['107', 'notice_7']];
const KINDS = [['personal', 'quote_personal'], ['corporate', 'quote_corporate']];
const MOVEMENT = {
  type: 'object', required: ['amount'],
  properties: { amount: { type: 'string', 'x-widget': 'amount', ...text('quote_amount') }, on: day('quote_on') },
};
const SCHEMA = {
  required: ['product', 'opened_on', 'closed_on', 'movements'],
  properties: {
    product: choice('quote_product', PRODUCTS),
    term: choice('quote_term', TERMS, only('time', 'instalment', 'interest_drawing', 'notice', 'education')),
    opened_on: day('quote_opened_on'),
    closed_on: day('quote_closed_on'),
    movements: { type: 'array', items: MOVEMENT, minItems: 1, maxItems: 100, ...text('quote_movements'), 'x-hint': t('quote_movements_hint') },
    customer_kind: choice('quote_customer_kind', KINDS, { default: 'personal' }),
    school_certificate: flag('quote_school_certificate', only('education')),
    auto_renew: flag('quote_auto_renew', only('time')),
    notice_given_on: day('quote_notice_given_on', only('notice')),
    notice_for_on: day('quote_notice_for_on', only('notice')),
    notice_amount: { type: 'string', 'x-widget': 'amount', ...text('quote_notice_amount'), ...only('notice') },
    agreement_base: { type: 'string', 'x-widget': 'amount', ...text('quote_agreement_base'), ...AGREED },
    agreement_rate: { type: 'string', ...text('quote_agreement_rate'), ...AGREED },
  },
};
const COLUMNS = [['from', 'date'], ['to', 'date'], ['days', 'integer'], ['principal', 'amount'], ['products', 'amount'], ['rate', 'text'], ['interest', 'amount'],
  ['tax_rate', 'text'], ['tax', 'amount'], ['rule', 'text'], ['rule_source', 'text'], ['rate_source', 'text']]
  .map(([key, kind]) => ({ key, kind, label: t(`segment_${key}`) }));

const answer = h('section', { class: 'answer-area', 'aria-live': 'polite' });
const asker = h('button', { type: 'submit', class: 'primary' }, t('quote_ask'), h('kbd', {}, 'Enter'));
const form = makeForm(SCHEMA, { submit: ask, changed: forget, buttons: [asker] });
let answered = null;

/** An answer stands as long as the question does. */
function forget() {
  if (answered !== null && JSON.stringify(form.body()) !== answered) fill(answer);
}

/** What the door takes: money without a day comes on the first one, a notice is one thing, so is an agreement. */
function asked() {
  const { notice_given_on: givenOn, notice_for_on: forOn, notice_amount: amount, agreement_base: base, agreement_rate: rate, ...rest } = form.body();
  const notice = givenOn || forOn || amount ? { notice: { given_on: givenOn, for_on: forOn, amount } } : {};
  const agreement = base || rate ? { agreement: { base, rate } } : {};
  return { ...rest, ...notice, ...agreement, movements: rest.movements.map((each) => ({ on: rest.opened_on, ...each })) };
}

async function ask() {
  form.clear();
  answer.setAttribute('aria-busy', 'true');
  asker.disabled = true;
  try {
    answered = JSON.stringify(form.body());
    const { segments, rule, ...sums } = await call('POST', '/api/interest/quote', { body: asked() });
    fill(answer, h('h2', { text: t('quote_answer') }), factsOf(sums),
      h('h2', { text: t('quote_segments') }), columnsTable(COLUMNS, segments), h('p', { class: 'hint' }, t('quote_rule'), ' ', rule));
    announce(t('done'));
    answer.scrollIntoView({ block: 'nearest' });
  } catch (problem) {
    fill(answer);
    problem.field = formField(problem.field);
    for (const each of problem.errors) each.field = formField(each.field);
    form.show(problem);
  } finally {
    answer.removeAttribute('aria-busy');
    asker.disabled = false;
  }
}

/** Where a part of the notice or the agreement stands in the form. */
function formField(path) {
  return /^(notice|agreement)\./.test(path ?? '') ? path.replace('.', '_') : path;
}

fill(work, h('header', { class: 'title' }, h('h1', { text: t('quote') })), h('p', { class: 'hint', text: t('quote_claim') }), form.node, answer);
form.focus();
