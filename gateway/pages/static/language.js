// The texts of the pages and the language they are shown in.
import { isPair, speak } from './dom.js';

const YEAR_SECONDS = 365 * 24 * 3600;
const { texts, terms, values, written, menu_order: menuOrder } = await (await fetch('/pages/texts.json')).json();
const learnt = {};
const names = {};

/** The language shown: `zh` or `en`. */
export function language() {
  return document.documentElement.lang === 'en' ? 'en' : 'zh';
}

/** A text of the pages in both languages, with `{names}` filled in; a filling may itself be a pair. */
export function t(key, fillings = {}) {
  const text = texts[key];
  if (!text) throw new Error(`no text ${key}`);
  return { zh: filled(text.zh, fillings, 'zh'), en: filled(text.en, fillings, 'en') };
}

function filled(sentence, fillings, tongue) {
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => {
    const value = fillings[name];
    return value === undefined ? whole : isPair(value) ? value[tongue] : String(value);
  });
}

/** What a key of an answer is called: by the texts, else as a form declares it, else the key as words. */
export function term(key, labels = {}) {
  return labels[key] ?? terms[key] ?? learnt[key] ?? asWords(key);
}

/** Whether the values of a key are words that people wrote, never a code to explain. */
export function isWritten(key) {
  return written.includes(key);
}

/** Take in the labels that a form declares for its fields. */
export function learn(schema) {
  for (const [name, each] of Object.entries(schema.properties ?? {})) if (isPair(each['x-label'])) learnt[name] ??= each['x-label'];
}

/** Take in what transactions are called, so that their codes never stand alone. */
export function learnName(code, name) {
  names[code] = name;
}

/** Where a menu stands among its siblings: the order of the manual's chapters. */
export function menuPlace(name) {
  const place = menuOrder.indexOf(name.zh);
  return place < 0 ? menuOrder.length : place;
}

/** Whether the texts know a key. */
export function hasText(key) {
  return key in texts;
}

function asWords(key) {
  const words = key.replaceAll('_', ' ');
  const sentence = words.charAt(0).toUpperCase() + words.slice(1);
  return { zh: sentence, en: sentence };
}

/** What a coded value means: by the choices a form declares, else by the common ones, else by the transaction's name, else itself. */
export function meaning(value, choices = []) {
  const choice = choices.find((each) => each.value === value);
  return choice ? { zh: choice.zh, en: choice.en } : (values[value] ?? names[value] ?? value);
}

/** A pair in the language shown; other values as text. */
export function shown(value) {
  return isPair(value) ? value[language()] : String(value ?? '');
}

/** Show everything in another language at once, and remember it. */
export function switchTo(chosen) {
  document.documentElement.lang = chosen;
  document.cookie = `language=${chosen}; Path=/; Max-Age=${YEAR_SECONDS}; SameSite=Strict`;
  for (const element of document.querySelectorAll('[data-zh]')) speak(element, { zh: element.dataset.zh, en: element.dataset.en });
  for (const button of document.querySelectorAll('[data-language]')) button.setAttribute('aria-pressed', String(button.dataset.language === chosen));
}

/** Say something to readers of the screen without moving the focus. */
export function announce(text) {
  speak(document.getElementById('announcements'), text);
}

for (const button of document.querySelectorAll('[data-language]')) button.addEventListener('click', () => switchTo(button.dataset.language));
