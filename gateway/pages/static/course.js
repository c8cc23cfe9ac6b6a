// The course of the positions over a date: what the city, the sub-branches and limited outlets stood at, drawn as lines (IB 2924-2926).
import { call, session } from './api.js';
import { grouped } from './amounts.js';
import { head, often, refusal } from './board.js';
import { fill, h, speak } from './dom.js';
import { t } from './language.js';

const SVG = 'http://www.w3.org/2000/svg';
const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [960, 260, 96, 16, 12, 26];
const LINES = 4;
const MEASURES = [['course_position', 1], ['course_net_today', 2]];

/** A card with the picture of a date; a unit's line may be put out, and arrow keys walk through the day. */
export function showCourse(root) {
  const date = h('input', { type: 'date', id: 'course-date' });
  const unit = h('input', { type: 'text', id: 'course-outlet', size: 5, maxlength: 4, inputmode: 'numeric', pattern: '[0-9]{4}', autocomplete: 'off' });
  const measure = h('select', { id: 'course-measure' }, MEASURES.map(([key, at]) => speak(h('option', { value: at }), t(key))));
  const content = h('div');
  const hidden = new Set();
  let known = session.get().business_date;
  let answer = null;
  date.value = known;
  const form = h('form', { class: 'inline', on: { submit: (event) => { event.preventDefault(); draw(); } } },
    h('label', { for: 'course-date' }, t('business_date')), date, h('label', { for: 'course-outlet' }, t('outlet')), unit,
    h('label', { for: 'course-measure' }, t('course_measure')), measure, h('button', { type: 'submit', class: 'small' }, t('show')));
  fill(root, head('course', form), content);

  async function draw() {
    try {
      answer = await call('GET', '/api/queries/clearing.position_course', { params: { date: date.value, ...(unit.value ? { outlet: unit.value } : {}) } });
      arrange();
    } catch (problem) {
      fill(content, refusal(problem));
    }
  }

  function arrange() {
    const focused = content.contains(document.activeElement) ? document.activeElement.id : null;
    fill(content, picture(answer, Number(measure.value), hidden, arrange));
    if (focused) document.getElementById(focused)?.focus();
  }

  measure.addEventListener('change', () => answer && arrange());
  document.addEventListener('session', ({ detail: { business_date: day } }) => {
    if (day === known) return;
    known = date.value = day;
    draw();
  });
  often(20, () => { if (!answer || answer.business_date === known) draw(); });
}

/** The answer of `clearing.position_course` as a picture with its legend; `again` draws it anew when a line was put in or out. */
export function picture({ units, left_out: leftOut }, at, hidden, again) {
  const drawn = units.filter((each) => each.points.length && !hidden.has(each.outlet));
  if (!units.length) return h('p', { class: 'hint', text: t('course_empty') });
  const legend = h('ul', { class: 'legend' }, units.map((each, index) => h('li', {},
    h('button', { type: 'button', id: `course-line-${each.outlet}`, class: `line-${index % 12}`, 'aria-pressed': String(!hidden.has(each.outlet)), on: { click: () => {
      if (!hidden.delete(each.outlet)) hidden.add(each.outlet);
      again();
    } } }, h('span', { class: 'swatch', 'aria-hidden': 'true' }), each.outlet))));
  const reading = h('p', { class: 'reading', role: 'status', text: t('course_keys') });
  return [legend, drawn.length ? chart(drawn, units, at, reading) : null, reading, leftOut ? h('p', { class: 'hint', text: t('course_left_out', { count: leftOut }) }) : null];
}

function chart(drawn, units, at, reading) {
  const times = [...new Set(drawn.flatMap((each) => each.points.map(([when]) => Date.parse(when))))].sort((one, other) => one - other);
  const amounts = drawn.flatMap((each) => each.points.map((point) => Number(point[at])));
  const first = times[0];
  const last = first + Math.max(60000, (times.at(-1) - first) * 1.02);
  const [low, high, step] = ruled(Math.min(0, ...amounts), Math.max(0, ...amounts));
  const x = (time) => LEFT + ((time - first) / (last - first)) * (WIDTH - LEFT - RIGHT);
  const y = (amount) => TOP + ((high - amount) / (high - low)) * (HEIGHT - TOP - BOTTOM);
  const svg = s('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: 'course', role: 'img', tabindex: '0', id: 'course-picture' });
  svg.append(speak(s('title'), t('course_title', { units: drawn.map((each) => each.outlet).join(', ') })));
  for (let amount = low; amount <= high; amount += step) {
    svg.append(s('line', { x1: LEFT, x2: WIDTH - RIGHT, y1: y(amount), y2: y(amount), class: 'grid' }),
      said(s('text', { x: LEFT - 8, y: y(amount) + 4, class: 'of-amount' }), grouped(String(amount))));
  }
  svg.append(s('line', { x1: LEFT, x2: WIDTH - RIGHT, y1: y(0), y2: y(0), class: 'zero' }));
  for (const [time, place] of [[first, 'start'], [(first + last) / 2, 'middle'], [last, 'end']]) {
    svg.append(said(s('text', { x: x(time), y: HEIGHT - 6, class: `of-time ${place}` }), clock(time)));
  }
  for (const each of drawn) {
    const path = each.points.map((point, index) => {
      const [px, py] = [x(Date.parse(point[0])).toFixed(1), y(Number(point[at])).toFixed(1)];
      return index === 0 ? `M${px} ${py}` : `H${px}V${py}`;
    }).join('') + `H${x(last).toFixed(1)}`;
    svg.append(s('path', { d: path, class: `line-${units.indexOf(each) % 12}`, 'data-outlet': each.outlet }));
  }
  const cursor = s('line', { x1: 0, x2: 0, y1: TOP, y2: HEIGHT - BOTTOM, class: 'cursor' });
  svg.append(cursor);
  let place = times.length;

  function read(index) {
    place = Math.max(0, Math.min(times.length - 1, index));
    const time = times[place];
    cursor.setAttribute('x1', x(time));
    cursor.setAttribute('x2', x(time));
    cursor.classList.add('shown');
    const standing = drawn.map((each) => [each.outlet, each.points.filter(([when]) => Date.parse(when) <= time).at(-1)?.[at]]).filter(([, amount]) => amount !== undefined);
    speak(reading, `${clock(time)}  ${standing.map(([outlet, amount]) => `${outlet} ${grouped(amount)}`).join('  ')}`);
  }

  const moves = { ArrowLeft: () => place - 1, ArrowRight: () => place + 1, Home: () => 0, End: () => times.length - 1 };
  svg.addEventListener('keydown', (event) => {
    if (!moves[event.key]) return;
    event.preventDefault();
    read(moves[event.key]());
  });
  svg.addEventListener('pointermove', (event) => {
    const box = svg.getBoundingClientRect();
    const time = first + ((((event.clientX - box.left) / box.width) * WIDTH - LEFT) / (WIDTH - LEFT - RIGHT)) * (last - first);
    read(times.findLastIndex((each) => each <= time));
  });
  return svg;
}

/** Round amounts below and above these, and the step between the lines drawn: 1, 2 or 5 of some power of ten, never less than 1. */
function ruled(low, high) {
  const wanted = Math.max((high - low) / LINES, 1);
  const power = 10 ** Math.floor(Math.log10(wanted));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= wanted);
  const [from, to] = [Math.floor(low / step) * step, Math.ceil(high / step) * step];
  return [from, from === to ? to + step : to, step];
}

function clock(time) {
  return new Date(time).toLocaleTimeString('sv-SE');
}

function s(tag, attributes = {}) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

function said(element, text) {
  element.textContent = text;
  return element;
}
