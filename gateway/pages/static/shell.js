// What every page behind sign-on shares: the session in the top bar, sign-off, keeping the token fresh.
import { keepFresh, leave, session } from './api.js';
import { speak } from './dom.js';
import { t } from './language.js';

if (!session.get()?.token) {
  leave({ comeBack: true });
  await new Promise(() => {}); // nothing of the page runs while the browser goes to sign-on
}

/** Show who works where on which date (IB 803), and tell the page. */
export function showSession(now = session.get()) {
  for (const place of document.querySelectorAll('[data-session]')) {
    const value = now?.[place.dataset.session];
    speak(place, value || (place.dataset.session === 'cash_box' ? t('no_cash_box') : '–'));
  }
  document.dispatchEvent(new CustomEvent('session', { detail: now }));
}

showSession();
keepFresh(showSession);
document.getElementById('sign-off').addEventListener('click', () => leave());
