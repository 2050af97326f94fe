import { Chart, chartsMissing } from '../charts.js';
import { h } from '../dom.js';
import { milliseconds, number, time } from '../format.js';
import { WINDOWS } from '../store.js';

const TABLE_STEP_SECONDS = 10;

/** The newest second is still being measured. */
const SETTLING_SECONDS = 2;

const FIGURES = [
  { name: 'requests', title: 'Requests per second', names: ['requestsPerSecond'], labels: ['Requests/s'], format: number, least: 1 },
  { name: 'latency', title: 'Latency', names: ['p50Milliseconds', 'p95Milliseconds', 'p99Milliseconds'], labels: ['p50', 'p95', 'p99'], format: milliseconds, least: 1 },
  { name: 'errors', title: 'Errors per second', names: ['errorsPerSecond'], labels: ['Errors/s'], format: number, least: 1 },
  { name: 'replicas', title: 'Replicas', names: ['wantedReplicas', 'readyReplicas'], labels: ['Wanted', 'Ready'], format: number, least: 2, steps: true },
];

const MARKERS = {
  RolloutStarted: { kind: 'rollout', glyph: '▸', word: 'rollout started' },
  TrafficShifted: { kind: 'rollout', glyph: '⇄', word: 'traffic shifted' },
  DeploymentCompleted: { kind: 'good', glyph: '✓', word: 'rollout completed' },
  DeploymentRolledBack: { kind: 'bad', glyph: '↩', word: 'rolled back' },
  DeploymentFailed: { kind: 'bad', glyph: '✗', word: 'rollout failed' },
  ApplicationScaled: { kind: 'scale', glyph: '⇅', word: 'scaled' },
};

const charts = new Map();

/** The live figures of the application shown: a chart and a table of each. */
export function figures(store) {
  const shown = store.application;
  if (!shown) return null;
  const to = Math.floor(store.now / 1000) - SETTLING_SECONDS;
  const range = [to - store.minutes * 60, to];
  const marks = markers(store.events, shown.name, range);
  const series = store.series(shown.name);
  return h('section', { class: 'card', 'aria-labelledby': 'figures-title' },
    h('div', { class: 'card-head' },
      h('h2', { id: 'figures-title' }, 'Live figures'),
      h('span', { class: 'muted' }, shown.name),
      h('div', { class: 'buttons end', role: 'group', 'aria-label': 'How far back' }, WINDOWS.map(minutes => h('button', {
        type: 'button', class: 'quiet', 'aria-pressed': String(minutes === store.minutes), onclick: setter(store, minutes),
      }, `${minutes} min`)))),
    chartsMissing && h('p', { class: 'why-not', id: 'charts-missing' }, h('strong', null, 'Tables in place of charts. '), chartsMissing),
    h('div', { class: 'figures' }, FIGURES.map(figure => one(store, figure, shown, series, range, marks))),
    marks.length > 0 && !chartsMissing && h('p', { class: 'muted small marks' }, 'Marks: ', [...new Set(marks.map(mark => `${mark.glyph} ${mark.word}`))].join(' · ')));
}

function one(store, figure, shown, series, range, marks) {
  const asTable = chartsMissing !== null || store.tables.has(figure.name);
  const columns = series.columns(figure.names, ...range);
  return h('figure', { class: 'figure', key: figure.name },
    h('figcaption', null,
      h('h3', null, figure.title),
      !chartsMissing && h('button', { type: 'button', class: 'quiet small', 'aria-pressed': String(asTable), onclick: toggler(store, figure.name) }, 'Table', h('span', { class: 'visually-hidden' }, ` of ${figure.title}`)),
      h('span', { class: 'now' }, figure.labels.map((label, n) => h('span', { class: 'now-item' }, figure.labels.length > 1 && h('span', { class: `line line-${n + 1}` }), figure.labels.length > 1 ? `${label} ` : '', h('strong', null, figure.format(last(columns[n + 1]))))))),
    asTable ? table(figure, series, range, marks) : canvas(figure, shown, columns, range, marks));
}

function canvas(figure, shown, columns, range, marks) {
  const id = `${shown.name}/${figure.name}`;
  const described = figure.labels.map((label, n) => `${label} ${figure.format(last(columns[n + 1]))}, at most ${figure.format(largest(columns[n + 1]))}`).join('; ');
  queueMicrotask(() => charts.get(id)?.show(columns, range, marks));
  return h('div', {
    key: `chart/${id}`, class: 'plot', role: 'img', opaque: true, 'aria-label': `${figure.title}: ${described}. The table has the values.`,
    mounted(element) {
      charts.get(id)?.destroy();
      charts.set(id, new Chart(element, figure));
    },
  });
}

function table(figure, series, range, marks) {
  const rows = series.table(figure.names, ...range, TABLE_STEP_SECONDS);
  const happened = at => marks.filter(mark => mark.at >= at / 1000 && mark.at < at / 1000 + TABLE_STEP_SECONDS).map(mark => mark.word).join(', ');
  return h('div', { key: 'table', class: 'scroll plot-table', tabindex: '0', role: 'region', 'aria-label': `${figure.title}, table` }, h('table', null,
    h('caption', null, `Largest value of each ${TABLE_STEP_SECONDS} s, newest first`),
    h('thead', null, h('tr', null, ['From', ...figure.labels].map((label, i) => h('th', { scope: 'col', class: i > 0 ? 'num' : '' }, label)), h('th', { scope: 'col' }, 'Happened'))),
    h('tbody', null, rows.length === 0
      ? h('tr', null, h('td', { colspan: String(figure.labels.length + 2), class: 'muted' }, 'Nothing was measured yet.'))
      : rows.map(row => h('tr', { key: row.at }, h('th', { scope: 'row' }, time(row.at)), row.values.map(value => h('td', { class: 'num' }, figure.format(value))), h('td', { class: 'small' }, happened(row.at)))))));
}

/** What to mark on the axis of time. Pure. */
export function markers(events, application, [from, to]) {
  return events
    .filter(event => event.application === application && MARKERS[event.type])
    .map(event => ({ ...MARKERS[event.type], at: Date.parse(event.at) / 1000 }))
    .filter(mark => mark.at >= from && mark.at <= to);
}

const last = column => column.findLast(value => value !== null) ?? null;
const largest = column => column.reduce((most, value) => (value === null ? most : Math.max(most ?? value, value)), null);

function setter(store, minutes) {
  return () => {
    store.minutes = minutes;
    store.changed();
  };
}

function toggler(store, name) {
  return () => {
    if (!store.tables.delete(name)) store.tables.add(name);
    store.changed();
  };
}
