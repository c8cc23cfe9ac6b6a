// Building pages: one function that makes an element, and the two languages every text is kept in.

/** An element. Props: `class`, `for`, `on` (listeners), `text` ({zh, en} for elements that hold text only), other names are attributes. */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === 'on') for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    else if (name === 'text') speak(element, value);
    else if (name === 'value') element.value = value;
    else element.setAttribute(name, value === true ? '' : value);
  }
  append(element, children);
  return element;
}

/** Put children into an element: nodes, strings, {zh, en} pairs, or lists of them. */
export function append(element, children) {
  for (const child of [children].flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    if (child instanceof Node) element.append(child);
    else if (isPair(child)) element.append(speak(document.createElement('span'), child));
    else element.append(String(child));
  }
}

/** Replace what an element holds. */
export function fill(element, ...children) {
  element.replaceChildren();
  append(element, children);
  return element;
}

/** Whether a value is a text in both languages. */
export function isPair(value) {
  return typeof value === 'object' && value !== null && typeof value.zh === 'string' && typeof value.en === 'string';
}

/** Let an element say a text, now and after the language was switched. A plain string says the same in both. */
export function speak(element, text) {
  if (!isPair(text)) {
    delete element.dataset.zh;
    delete element.dataset.en;
    element.textContent = text ?? '';
    return element;
  }
  element.dataset.zh = text.zh;
  element.dataset.en = text.en;
  element.textContent = text[document.documentElement.lang] ?? text.zh;
  return element;
}
