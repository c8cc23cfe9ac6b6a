// The door's API: the session, calls with problems as exceptions, downloads, event streams.
import { isPair } from './dom.js';
import { language, t } from './language.js';

const SESSION = 'session';
const RETURN_TO = 'return-to';
const EXPIRED = 'expired';
const RENEW_AFTER_MILLISECONDS = 4 * 60 * 1000;
let touched = false;

/** What sign-on answered, kept for this tab only. */
export const session = {
  get: () => JSON.parse(sessionStorage.getItem(SESSION) ?? 'null'),
  set: (answer) => sessionStorage.setItem(SESSION, JSON.stringify({ ...answer, kept_at: Date.now() })),
  clear: () => sessionStorage.clear(),
};

/** A refusal of the bank, or no answer at all (`code` is `network` then). `text` is in both languages where the bank said it in both. */
export class Problem extends Error {
  constructor(status, document) {
    super(document.detail ?? document.title ?? document.code);
    this.status = status;
    this.code = document.code ?? 'unknown';
    this.field = document.field ?? null;
    this.errors = document.errors ?? [];
    this.text = isPair(document.message) ? document.message : document.detail ?? document.title ?? this.code;
    this.trace = document.trace_id ?? null;
  }

  /** Whether nobody knows if the bank has acted. */
  get outcomeUnknown() {
    return this.code === 'network' || this.status >= 500;
  }
}

/** Call the API, with a file or with what becomes JSON, and give its JSON. Raises Problem; a session that is over leads back to sign-on. */
export async function call(method, path, { body, params, headers = {}, signal } = {}) {
  const answer = await send(method, path, { body, params, headers, signal });
  try {
    return answer.status === 204 ? null : await answer.json();
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new Problem(answer.status, { code: 'unreadable', message: t('unreadable_answer') });
  }
}

/** Call an address that answers with a problem state and JSON alike (readiness). */
export async function look(path) {
  try {
    return await (await fetch(path, { headers: { Accept: 'application/json' } })).json();
  } catch {
    throw new Problem(0, { code: 'network', message: t('network_problem') });
  }
}

async function send(method, path, { body, params, headers, signal }) {
  const token = session.get()?.token;
  const given = { 'Accept-Language': language(), ...(token ? { Authorization: `Bearer ${token}` } : {}), ...headers };
  const raw = body instanceof Blob;
  if (body !== undefined) given['Content-Type'] = raw ? 'application/octet-stream' : 'application/json';
  let answer;
  try {
    answer = await fetch(address(path, params), { method, headers: given, body: body === undefined || raw ? body : JSON.stringify(body), signal });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new Problem(0, { code: 'network', message: t('network_problem') });
  }
  if (answer.ok) return answer;
  const problem = new Problem(answer.status, await answer.json().catch(() => ({ code: 'unreadable', message: t('unreadable_answer') })));
  if (answer.status === 401 && token && problem.code.startsWith('auth.token')) leave({ comeBack: true, expired: true });
  throw problem;
}

function address(path, params = {}) {
  const given = Object.entries(params).filter(([, value]) => value !== undefined && value !== null && value !== '');
  return given.length ? `${path}?${new URLSearchParams(given)}` : path;
}

/** Fetch a file with the session's token and hand it to the browser's downloads. Raises Problem. */
export async function download(path, params) {
  const answer = await send('GET', path, { params, headers: {} });
  const named = /filename="([^"]+)"/.exec(answer.headers.get('Content-Disposition') ?? '');
  const link = document.createElement('a');
  try {
    link.href = URL.createObjectURL(await answer.blob());
  } catch {
    throw new Problem(0, { code: 'network', message: t('broken_off') });
  }
  link.download = named ? named[1] : `${path.split('/').pop()}.${params.format}`;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** The JSON of each server-sent event; ends with the stream. (EventSource cannot carry a token.) Raises Problem. */
export async function* events(path, signal) {
  const answer = await send('GET', path, { headers: { Accept: 'text/event-stream' }, signal });
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = (rest + value).replaceAll('\r\n', '\n').split('\n\n');
    rest = blocks.pop();
    for (const block of blocks) {
      const data = block.split('\n').filter((line) => line.startsWith('data:')).map((line) => line.slice(5).trimStart()).join('\n');
      if (data) yield JSON.parse(data);
    }
  }
}

/** Forget the session and show sign-on, which may lead back to this place. */
export function leave({ comeBack = false, expired = false } = {}) {
  const here = location.pathname + location.search + location.hash;
  session.clear();
  if (comeBack) sessionStorage.setItem(RETURN_TO, here);
  if (expired) sessionStorage.setItem(EXPIRED, 'yes');
  location.assign('/');
}

/** Where to go after sign-on; `expired` tells whether a session ran out. */
export function destination() {
  return { expired: sessionStorage.getItem(EXPIRED) !== null, path: sessionStorage.getItem(RETURN_TO) ?? '/teller' };
}

/** Take a fresh token; the business date may have moved on. */
export async function renew() {
  session.set({ ...session.get(), ...(await call('POST', '/api/sign-on/renew')) });
  return session.get();
}

/** Keep the token fresh while somebody works; an unattended screen runs out. `renewed` hears of each new session. */
export function keepFresh(renewed) {
  for (const event of ['keydown', 'pointerdown']) addEventListener(event, () => { touched = true; }, { passive: true });
  setInterval(async () => {
    if (!touched || Date.now() - (session.get()?.kept_at ?? 0) < RENEW_AFTER_MILLISECONDS) return;
    touched = false;
    await renew().then(renewed).catch(() => {});
  }, 15_000);
}
