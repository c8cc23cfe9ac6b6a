// Amounts as text: exact, never a floating-point number.

const SCALE = 4;
const DIGITS = ['零', '壹', '贰', '叁', '肆', '伍', '陆', '柒', '捌', '玖'];
const SMALL_UNITS = ['', '拾', '佰', '仟'];
const LARGE_UNITS = ['', '万', '亿', '万亿'];

/** An amount as the bank reads it: no separators, ASCII digits and point. */
export function normal(text) {
  return text.normalize('NFKC').replace(/[,\s]/g, '');
}

/** Whether a text is an amount. */
export function isAmount(text) {
  return /^-?\d+(\.\d{1,4})?$/.test(text);
}

/** An amount with thousands separators; other text unchanged. */
export function grouped(text) {
  const [, sign, whole, rest] = /^(-?)(\d+)(\.\d+)?$/.exec(String(text)) ?? [];
  return whole === undefined ? String(text ?? '') : sign + whole.replace(/\B(?=(\d{3})+$)/g, ',') + (rest ?? '');
}

/** An amount as a whole number of ten-thousandths. */
export function scaled(text) {
  const [, sign, whole, rest = ''] = /^(-?)(\d+)(?:\.(\d{1,4}))?$/.exec(normal(text)) ?? [];
  if (whole === undefined) return 0n;
  const value = BigInt(whole + rest.padEnd(SCALE, '0'));
  return sign ? -value : value;
}

/** The text of a scaled amount with as many decimals as asked for. */
export function unscaled(value, decimals = 2) {
  const digits = (value < 0n ? -value : value).toString().padStart(SCALE + 1, '0');
  const rest = digits.slice(-SCALE).slice(0, decimals);
  return (value < 0n ? '-' : '') + digits.slice(0, -SCALE) + (decimals ? `.${rest}` : '');
}

/** The most decimals any of these amounts has. */
export function decimalsOf(texts) {
  return Math.max(0, ...texts.map((text) => (String(text).split('.')[1] ?? '').length));
}

/** Renminbi in the capital characters of bank slips 大写金额; empty where a text is not an amount in yuan and fen. */
export function inCapitals(text) {
  const [, whole, rest = ''] = /^0*(\d+)(?:\.(\d{1,2}))?$/.exec(normal(text)) ?? [];
  if (whole === undefined || whole.length > 16) return '';
  const [jiao, fen] = [Number(rest[0] ?? 0), Number(rest[1] ?? 0)];
  const yuan = /^0+$/.test(whole) ? '' : `${wholeInCapitals(whole)}元`;
  if (!jiao && !fen) return `${yuan || '零元'}整`;
  const tail = (jiao ? `${DIGITS[jiao]}角` : yuan ? '零' : '') + (fen ? `${DIGITS[fen]}分` : '整');
  return yuan + tail;
}

function wholeInCapitals(digits) {
  const groups = [];
  for (let end = digits.length; end > 0; end -= 4) groups.push(digits.slice(Math.max(0, end - 4), end));
  let words = '';
  let gap = false;
  for (let index = groups.length - 1; index >= 0; index -= 1) {
    const group = groups[index].padStart(4, '0');
    if (group === '0000') {
      gap = words !== '';
      continue;
    }
    [...group].forEach((digit, position) => {
      if (digit === '0') {
        gap = words !== '';
        return;
      }
      words += (gap ? '零' : '') + DIGITS[Number(digit)] + SMALL_UNITS[3 - position];
      gap = false;
    });
    words += LARGE_UNITS[index];
    gap = false;
  }
  return words;
}
