import { chartsMissing } from '../charts.js';
import { h } from '../dom.js';
import { milliseconds, number } from '../format.js';
import { WINDOWS } from '../store.js';
import { plot } from './plot.js';

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
  ExperimentStarted: { kind: 'rollout', glyph: '⚗', word: 'experiment began' },
  ExperimentEnded: { kind: 'rollout', glyph: '⚗', word: 'experiment ended' },
  ApplicationScaled: { kind: 'scale', glyph: '⇅', word: 'scaled' },
};

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
    h('div', { class: 'figures' }, FIGURES.filter(figure => figure.name !== 'replicas' || !store.scaling(shown.name)).map(figure => one(store, figure, shown, series, range, marks))),
    marks.length > 0 && !chartsMissing && h('p', { class: 'muted small marks' }, 'Marks: ', [...new Set(marks.map(mark => `${mark.glyph} ${mark.word}`))].join(' · ')));
}

function one(store, figure, shown, series, range, marks) {
  return plot(store, { ...figure, id: `${shown.name}/${figure.name}`, rows: `Largest value of each ${TABLE_STEP_SECONDS} s, newest first` },
    series.columns(figure.names, ...range), range, marks, () => series.table(figure.names, ...range, TABLE_STEP_SECONDS));
}

/** What to mark on the axis of time. Pure. */
export function markers(events, application, [from, to]) {
  return events
    .filter(event => event.application === application && MARKERS[event.type])
    .map(event => ({ ...MARKERS[event.type], at: Date.parse(event.at) / 1000 }))
    .filter(mark => mark.at >= from && mark.at <= to);
}

function setter(store, minutes) {
  return () => {
    store.minutes = minutes;
    store.changed();
  };
}
