// How an application is scaled: the demand with its forecast, replicas against need, what was decided and why, and what is unusual.

import { h } from '../dom.js';
import { number, time } from '../format.js';
import { cost } from './cost.js';
import { badge, icon } from './icons.js';
import { plot } from './plot.js';

const STEP_SECONDS = 5;
const SETTLING_SECONDS = 2;
const LEAST_AHEAD_SECONDS = 60;
const MOST_DECISIONS = 6;
const MOST_ANOMALIES = 4;

const MODES = {
  reactive: 'by what is measured now', predictive: 'by the forecast', hybrid: 'by the forecast, and never fewer than what is measured asks for', recommend: 'recommends, and does nothing',
};

/** The card; null: the autoscaler has told nothing of the application yet. */
export function scaling(store) {
  const shown = store.application;
  const picture = shown && store.scaling(shown.name);
  if (!picture) return null;
  return h('section', { class: 'card', key: shown.name, 'aria-labelledby': 'scaling-title' },
    h('div', { class: 'card-head' },
      h('h2', { id: 'scaling-title' }, 'Scaling'),
      badge(picture.mode === 'recommend' ? 'waiting' : 'info', picture.mode),
      h('span', { class: 'muted' }, MODES[picture.mode] ?? '')),
    picture.decision && h('div', { class: 'verdict tone-info', id: 'decision' }, icon('running'),
      h('p', null, h('strong', null, `${time(picture.decidedAt)}: `), picture.decision)),
    h('div', { class: 'figures' }, demand(store, shown, picture), replicas(store, shown, picture)),
    picture.noForecast && h('p', { class: 'muted small', id: 'no-forecast' }, picture.noForecast),
    decisions(store, shown),
    anomalies(store, shown),
    picture.cost && cost(picture));
}

function demand(store, shown, picture) {
  const now = Math.floor(store.now / 1000) - SETTLING_SECONDS;
  const ahead = picture.forecast.length > 0 ? Date.parse(picture.forecast.at(-1).at) / 1000 : now;
  const range = [now - store.minutes * 60, Math.max(ahead, now + LEAST_AHEAD_SECONDS)];
  const live = store.series(shown.name).columns(['requestsPerSecond'], range[0], now);
  const columns = fan(live, picture.forecast, range, STEP_SECONDS);
  const next = picture.forecast.find(point => Date.parse(point.at) / 1000 > now);
  return plot(store, {
    id: `${shown.name}/demand`, name: 'demand', title: 'Demand and its forecast, requests per second', labels: ['Measured', 'Forecast', 'at least (5 %)', 'at most (95 %)'], strokes: [0, 1, 2, 2],
    format: number, least: 1, band: [4, 3], rows: 'Largest value of each stretch, newest first; what lies ahead is forecast',
    // The newest of each column is the end of the forecast: of more use is what comes next.
    values: [live[1].findLast(value => value !== null) ?? null, next?.median ?? null, next?.low ?? null, next?.high ?? null],
  }, columns, range, [{ at: now, kind: 'scale', glyph: 'now', word: 'now' }]);
}

/**
 * Measured seconds and forecast points on one axis: means of the seconds of each step, and the forecast between its points; null where there is
 * neither. Pure.
 */
export function fan([seconds, measured], points, [from, to], step) {
  const at = points.map(point => Date.parse(point.at) / 1000);
  const columns = [[], [], [], [], []];
  const between = gapOf(at);
  let left = 0;
  for (let time = Math.ceil(from / step) * step; time <= to; time += step) {
    const values = seconds.length > 0 ? measured.slice(Math.max(0, time - seconds[0]), Math.max(0, time - seconds[0] + step)).filter(value => value !== null) : [];
    while (left + 1 < at.length && at[left + 1] <= time) left++;
    columns[0].push(time);
    columns[1].push(values.length > 0 ? values.reduce((sum, value) => sum + value, 0) / values.length : null);
    ['median', 'low', 'high'].forEach((name, i) => columns[i + 2].push(interpolated(points, at, left, time, name, between)));
  }

  return columns;
}

function interpolated(points, at, left, time, name, between) {
  if (points.length === 0 || time < at[left] || time > at.at(-1)) return null;
  const right = Math.min(left + 1, at.length - 1);
  const width = at[right] - at[left];
  if (width === 0) return points[left][name];

  // A hole in the forecast is not bridged.
  if (width > 3 * between) return time === at[left] ? points[left][name] : null;
  return points[left][name] + ((time - at[left]) / width) * (points[right][name] - points[left][name]);
}

/** The usual distance of two points. */
function gapOf(at) {
  const gaps = at.slice(1).map((time, i) => time - at[i]).sort((a, b) => a - b);
  return gaps[Math.floor(gaps.length / 2)] ?? 0;
}

function replicas(store, shown, picture) {
  const to = Math.floor(store.now / 1000) - SETTLING_SECONDS;
  const range = [to - store.minutes * 60, to];
  const compared = picture.shadow !== null && picture.shadow !== undefined;
  const names = ['neededReplicas', 'readyReplicas', 'wantedReplicas', ...(compared ? ['shadowReplicas'] : [])];
  return plot(store, {
    id: `${shown.name}/need`, name: 'need', title: 'Replicas against need', labels: ['Needed', 'Ready', 'Wanted', ...(compared ? ['HPA would have'] : [])], format: number, least: 2, steps: true,
    rows: 'Largest value of each stretch, newest first',
  }, store.series(shown.name).columns(names, ...range), range, []);
}

function decisions(store, shown) {
  const made = store.events.filter(event => event.type === 'ApplicationScaled' && event.application === shown.name).slice(0, MOST_DECISIONS);
  return h('details', { class: 'decisions', key: 'decisions', open: true },
    h('summary', null, 'What was decided, and why'),
    made.length === 0
      ? h('p', { class: 'muted' }, 'The number of replicas has not been changed.')
      : h('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Decisions' }, h('table', { class: 'stack decision-table' },
        h('thead', null, h('tr', null, ['At', 'Replicas', 'By', 'Why'].map(name => h('th', { scope: 'col' }, name)))),
        h('tbody', null, made.map(event => h('tr', { key: event.sequence },
          h('th', { scope: 'row' }, time(event.at)),
          h('td', { class: 'nowrap', 'data-label': 'Replicas' }, `${event.data.from} → ${event.data.to}`),
          h('td', { class: 'nowrap', 'data-label': 'By' }, event.data.requestedBy),
          h('td', { class: 'small', 'data-label': 'Why' }, event.data.reason)))))));
}

/** Those that are not over, then the newest that are. */
function anomalies(store, shown) {
  const mine = store.events.filter(event => event.application === shown.name);
  const ends = new Map(mine.filter(event => event.type === 'AnomalyEnded').map(event => [event.data.correlationId, event]));
  const endOf = event => ends.get(event.data.correlationId);
  const all = mine.filter(event => event.type === 'AnomalyDetected');
  const found = [...all.filter(event => !endOf(event)), ...all.filter(endOf)].slice(0, MOST_ANOMALIES);
  if (found.length === 0) return null;
  return h('div', { class: 'anomalies', id: 'anomalies' },
    h('h3', null, 'Unusual'),
    h('ul', null, found.map(event => {
      const end = endOf(event);
      return h('li', { key: event.sequence, class: 'anomaly' },
        badge(end ? 'unknown' : event.data.severity, end ? `over: ${end.data.outcome}` : event.data.severity),
        h('div', null,
          h('p', null, h('strong', null, `${time(event.at)} ${event.data.metric}: `), event.data.message),
          h('p', { class: 'muted small' }, `Usual is ${number(event.data.expectedLow)} to ${number(event.data.expectedHigh)}.`),
          causes(event.data.causes ?? [])));
    })));
}

function causes(known) {
  if (known.length === 0) return h('p', { class: 'muted small' }, 'Nothing is known that preceded it.');
  return h('ol', { class: 'causes small', 'aria-label': 'Likely causes' }, known.slice(0, 3).map(cause =>
    h('li', null, h('strong', null, `${(cause.weight * 100).toFixed(0)} % `), `${cause.kind}: ${cause.description}`)));
}
