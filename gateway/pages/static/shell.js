// What every page behind sign-on shares: the session in the top bar, sign-off, keeping the token fresh.
import { keepFresh, leave, session } from './api.js';
import { speak } from './dom.js';
import { t } from './language.js';

const current = session.get();
if (!current?.token) leave(location.pathname !== '/');

/** Show who works where on which date (IB 803). */
export function showSession(now = session.get()) {
  for (const place of document.querySelectorAll('[data-session]')) {
    const value = now?.[place.dataset.session];
    speak(place, value || (place.dataset.session === 'cash_box' ? t('no_cash_box') : '–'));
  }
}

showSession();
keepFresh(showSession);
document.getElementById('sign-off').addEventListener('click', () => leave());
