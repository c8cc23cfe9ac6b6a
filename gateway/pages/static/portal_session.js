// Calls of the portal: its session travels in a cookie that no script sees; what changes something shows the session's token.
import { call } from './api.js';

const RETURN_TO = 'portal-return';
const OVER = 'portal-over';
const PATH = '/api/portal';
let csrf = null;
let idle = null;

/** Call the portal's API; `path` begins behind /api/portal. Raises Problem; a session that is over leads back to signing on. */
export async function ask(method, path, options = {}) {
  const headers = { ...options.headers, ...(csrf ? { 'X-CSRF-Token': csrf } : {}) };
  try {
    const answer = await call(method, PATH + path, { ...options, headers });
    idle?.();
    return answer;
  } catch (problem) {
    if (problem.code === 'portal.session_over') await toSignOn(true);
    throw problem;
  }
}

/** Remember the token of the session that was just begun or found, and go to sign-on when it has idled away. */
export function keep(session) {
  csrf = session.csrf;
  let timer = null;
  idle = () => {
    clearTimeout(timer);
    timer = setTimeout(() => toSignOn(true), session.idle_seconds * 1000);
  };
  idle();
  return session;
}

/** Show sign-on; if the session ran out, say so and come back to this place later. The promise never ends: the page is left. */
export function toSignOn(over = false) {
  if (over) {
    sessionStorage.setItem(RETURN_TO, location.pathname + location.search + location.hash);
    sessionStorage.setItem(OVER, 'yes');
  }
  location.assign('/portal');
  return new Promise(() => {});
}

/** Where to go after signing on; `over` tells whether a session ran out. Asked once. */
export function destination() {
  const found = { over: sessionStorage.getItem(OVER) !== null, path: sessionStorage.getItem(RETURN_TO) ?? '/portal/home' };
  sessionStorage.removeItem(OVER);
  sessionStorage.removeItem(RETURN_TO);
  return found;
}
