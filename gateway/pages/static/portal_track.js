// What was replied to a statement and decided on it, and its track 状态跟踪.
import { columnsTable } from './answers.js';
import { h } from './dom.js';
import { t } from './language.js';
import { drawSheet } from './portal_sheet.js';
import { facts, instant, resultOf, stateOf } from './portal_words.js';

const column = (key, text) => ({ key, kind: 'text', label: t(text) });
const COLUMNS = [column('done_at', 'recon_at'), column('step_text', 'recon_step'), column('doer', 'recon_by'), column('state_text', 'recon_state'), column('note', 'recon_note')];

/** A reply as the supervisor reads it before he decides. */
export function drawReply(reply) {
  const decision = reply.decision;
  return h('section', { class: 'part reply', 'data-reply': reply.reply },
    h('h2', {}, t('recon_reply_round', { round: reply.round }), h('span', { class: 'tag' }, resultOf(reply.result))),
    facts([
      ['recon_by', t('recon_replied_by', { name: reply.clerk_name, time: instant(reply.made_at) })],
      ['recon_contact_name', reply.contact_name], ['recon_contact_phone', reply.contact_phone], ['recon_supervisor', reply.supervisor_name],
      ['recon_satisfaction', reply.satisfaction && t(`recon_satisfaction_${reply.satisfaction}`)], ['recon_opinion', reply.opinion],
    ]),
    reply.sheet && drawSheet(reply.sheet),
    decision && h('p', { class: decision.decision === 'approved' ? 'approved' : 'refusal', text: t(`recon_decision_${decision.decision}`, { name: decision.by_name }) }),
    decision?.reason && h('p', { class: 'notice', text: decision.reason }));
}

/** All replies, the newest first. */
export function drawReplies(statement) {
  return [...statement.replies].reverse().map(drawReply);
}

/** Who did what when, and where the statement stood then. */
export function drawTrack(statement) {
  if (!statement.track.length) return null;
  const rows = statement.track.map((step) => ({
    done_at: instant(step.made_at), step_text: t(`recon_act_${step.act}`), state_text: stateOf(step.state), note: step.note ?? '',
    doer: h('span', {}, t(`recon_side_${step.side}`), step.side === 'bank' ? '' : ` ${step.by_name}`),
  }));
  return h('section', { class: 'part track' }, h('h2', { text: t('recon_track') }), columnsTable(COLUMNS, rows));
}
