// Figures and times in words. Pure.

const LOCALE = undefined;
const integer = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 });
const tenth = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 1 });
const hundredth = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 2 });
const clock = new Intl.DateTimeFormat(LOCALE, { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false });

/** What stands where nothing was measured. */
export const NOTHING = '–';

export function number(value) {
  if (value === null || value === undefined) return NOTHING;
  const size = Math.abs(value);
  return (size >= 100 ? integer : size >= 10 ? tenth : hundredth).format(value);
}

export function milliseconds(value) {
  if (value === null || value === undefined) return NOTHING;
  return value >= 1000 ? `${hundredth.format(value / 1000)} s` : `${number(value)} ms`;
}

export function percent(ratio) {
  if (ratio === null || ratio === undefined) return NOTHING;
  return `${hundredth.format(ratio * 100)} %`;
}

export function bytes(value) {
  if (value === null || value === undefined) return NOTHING;
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }

  return `${number(value)} ${units[unit]}`;
}

export function time(at) {
  return at ? clock.format(new Date(at)) : NOTHING;
}

/** A span in its two largest units: `3 min 12 s`. */
export function span(seconds) {
  if (!Number.isFinite(seconds)) return NOTHING;
  seconds = Math.max(0, Math.floor(seconds));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ${Math.floor(seconds / 60) % 60} min`;
  return `${Math.floor(seconds / 86400)} d ${Math.floor(seconds / 3600) % 24} h`;
}

export function plural(count, one, many = `${one}s`) {
  return `${integer.format(count)} ${count === 1 ? one : many}`;
}

/** `1m30s`, `500ms` or `00:01:30.5` in seconds; null: not a span. */
export function seconds(text) {
  if (typeof text !== 'string') return null;
  const clock = /^(?:(\d+)\.)?(\d+):(\d+):(\d+(?:\.\d+)?)$/.exec(text);
  if (clock) return Number(clock[1] ?? 0) * 86400 + Number(clock[2]) * 3600 + Number(clock[3]) * 60 + Number(clock[4]);
  const units = { d: 86400, h: 3600, m: 60, s: 1, ms: 0.001, us: 0.000001 };
  let sum = null;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|us|d|h|m|s)/g)) sum = (sum ?? 0) + Number(amount) * units[unit];
  return sum;
}
