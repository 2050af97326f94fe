// The judge's evidence as a picture: who got which share, what was held against the new revision, and where its figures lie.

import { h } from '../dom.js';
import { number, percent, span, time } from '../format.js';
import { icon } from './icons.js';
import { plot } from './plot.js';

const OUTCOMES = { pass: ['success', 'Passes so far'], fail: ['critical', 'Fails'], inconclusive: ['waiting', 'Too early to tell'] };
const MOST_LINES = 6;
const SHORTEST_SECONDS = 30;
const DAY_SECONDS = 86_400;

const NAMES = {
  errors: 'Errors', p50: 'Median', p95: 'p95', p99: 'p99', errorLimit: 'Error limit', p95Limit: 'p95 limit',
};

/** What the judge says now, and what it still needs. */
export function verdict(store, current) {
  const evidence = current.course?.evidence;
  if (current.course?.analysisSkipped) return h('p', { class: 'held' }, icon('warning'), h('span', null, `The analysis is not listened to: ${current.course.analysisSkipped}`));
  if (!evidence) return null;
  const [tone, word] = OUTCOMES[evidence.outcome] ?? ['info', evidence.outcome];
  const needs = current.endedAt ? null : needed(evidence, store.now);
  return h('div', { class: `verdict tone-${tone}`, id: 'verdict' }, icon(tone),
    h('div', null,
      h('p', null, h('strong', null, `${word}. `), `${capital(evidence.sentence)}.`),
      needs && h('p', { class: 'muted small' }, needs)));
}

/** Pure. */
export function needed(evidence, now) {
  if (!(evidence.requestsNeeded > 0)) return null;
  const digits = 10 ** Math.max(0, Math.floor(Math.log10(evidence.requestsNeeded)) - 1);
  const about = number(Math.ceil(evidence.requestsNeeded / digits) * digits);
  const wait = evidence.expectedAt ? (Date.parse(evidence.expectedAt) - now) / 1000 : Infinity;
  return `Needs about ${about} requests more to be sure${wait < DAY_SECONDS ? `: expected ${wait > 0 ? `in ${span(wait)}, ` : ''}at ${time(evidence.expectedAt)}` : ''}.`;
}

/** The charts; null: there is nothing to draw. */
export function picture(store, application) {
  const current = application.rollout;
  const points = store.evidence(current.id);
  const judged = points.filter(point => point.metrics.length > 0);
  const to = (current.endedAt ? Date.parse(current.endedAt) : store.now) / 1000;
  const range = [Math.min(Date.parse(current.startedAt) / 1000, to - SHORTEST_SECONDS), to];
  const shares = sharesOf(store.events, application, range);
  const steps = stepMarks(points);
  if (judged.length === 0 && shares.labels.length < 2) return null;
  return h('details', { class: 'picture', key: 'picture', open: !current.endedAt || current.state === 'rolledBack' },
    h('summary', null, 'The picture'),
    h('div', { class: 'figures' },
      shares.labels.length > 0 && plot(store, {
        id: `${current.id}/shares`, name: 'shares', title: 'Traffic by revision', labels: shares.labels, format: value => (value === null ? '–' : `${number(value)} %`),
        most: 100, steps: true, stacked: true, strokes: shares.labels.map(name => strokeOf(application, name)), rows: 'Share of the traffic, newest first',
      }, shares.columns, range, []),
      judged.length > 0 && strengths(store, current, judged, range, steps)),
    judged.length > 0 && intervals(judged.at(-1)));
}

function strengths(store, current, judged, range, steps) {
  const names = [...new Set(judged.flatMap(point => point.metrics.map(metric => metric.metric)))]
    .map(name => [name, Math.max(...judged.map(point => point.metrics.find(metric => metric.metric === name)?.strength ?? 0))])
    // Where there are more lines than can be told apart, the strongest are drawn.
    .sort((a, b) => b[1] - a[1]).slice(0, MOST_LINES).map(([name]) => name).sort((a, b) => order(a) - order(b));
  const columns = [judged.map(point => Date.parse(point.at) / 1000), ...names.map(name => judged.map(point => point.metrics.find(metric => metric.metric === name)?.strength ?? null))];
  return plot(store, {
    id: `${current.id}/strength`, name: 'strength', title: `Evidence against ${current.revision}`, labels: names.map(title), format: value => (value === null ? '–' : value.toFixed(2)),
    least: 1.15, line: { at: 1, label: 'abort' }, rows: 'Largest strength of each stretch, newest first; at 1 the rollout is given up',
  }, columns, range, steps);
}

/** Where each figure of the new revision lies, beside what it is compared with. */
function intervals(point) {
  return h('div', { class: 'intervals' },
    h('h3', null, 'Where its figures lie', h('span', { class: 'muted' }, ' · share of the requests, over all that was judged')),
    h('ul', null, [...point.metrics].sort((a, b) => order(a.metric) - order(b.metric)).map(metric => h('li', { key: metric.metric, class: `interval ${metric.strength >= 1 ? 'interval-bad' : ''}` },
      h('p', { class: 'interval-name' }, h('strong', null, title(metric.metric)), metric.strength >= 1 && h('span', { class: 'interval-over' }, icon('critical'), ' beyond the line')),
      track(metric),
      h('p', { class: 'muted small interval-says' }, metric.sentence || figures(metric)),
      metric.source && h('p', { class: 'muted small interval-says' }, metric.source)))),
    h('p', { class: 'muted small interval-key' },
      h('span', { class: 'key key-range' }), 'new revision: figure and where it may lie', h('span', { class: 'key key-baseline' }), 'old revision, or the limit'));
}

function track(metric) {
  const largest = Math.max(metric.canaryHigh ?? 0, metric.canary ?? 0, metric.baseline ?? 0) * 1.08 || 1;
  const at = value => `${Math.min(100, (100 * value) / largest).toFixed(2)}%`;
  const known = value => value !== null && value !== undefined;
  return h('div', { class: 'track', role: 'img', 'aria-label': `${title(metric.metric)}: ${figures(metric)}` },
    known(metric.canaryLow) && known(metric.canaryHigh) && h('span', { key: 'range', class: 'track-range', style: { left: at(metric.canaryLow), width: at(metric.canaryHigh - metric.canaryLow) } }),
    known(metric.baseline) && h('span', { key: 'baseline', class: 'track-baseline', style: { left: at(metric.baseline) } }),
    known(metric.canary) && h('span', { key: 'point', class: 'track-point', style: { left: at(metric.canary) } }));
}

function figures(metric) {
  // Only the platform's own figures are shares of requests.
  const whole = value => (value !== null && value !== undefined && (metric.source || value > 1) ? number(value) : percent(value));
  const range = metric.canaryLow !== null && metric.canaryLow !== undefined ? `, between ${whole(metric.canaryLow)} and ${whole(metric.canaryHigh)}` : '';
  return `new ${whole(metric.canary)}${range}; beside it ${whole(metric.baseline)}`;
}

/**
 * Who got which share of the traffic when: the new revision first, so that it grows from the ground up. A table holds until the next.
 * Pure.
 */
export function sharesOf(events, application, [from, to]) {
  const { revision, stableRevision } = application.rollout;
  const tables = events
    .filter(event => event.type === 'TrafficShifted' && event.application === application.name && event.data?.weights)
    .map(event => ({ at: Date.parse(event.at) / 1000, weights: event.data.weights }))
    .sort((a, b) => a.at - b.at)
    .filter(table => table.at <= to);
  const during = tables.filter(table => table.at > from);
  const before = tables.findLast(table => table.at <= from) ?? (stableRevision && during.length > 0 ? { weights: { [stableRevision]: 100 } } : null);
  const shown = [...(before ? [{ ...before, at: from }] : []), ...during];
  if (shown.length === 0) return { labels: [], columns: [[]] };
  const names = [...new Set(shown.flatMap(table => Object.keys(table.weights).filter(name => table.weights[name] > 0)))];
  const labels = [...names.filter(name => name === revision), ...names.filter(name => name !== revision)].slice(0, MOST_LINES);
  const rows = [...shown, { ...shown.at(-1), at: to }];
  const share = (weights, name) => {
    const sum = Object.values(weights).reduce((total, weight) => total + weight, 0);
    return sum === 0 ? 0 : (100 * (weights[name] ?? 0)) / sum;
  };
  return { labels, columns: [rows.map(row => row.at), ...labels.map(name => rows.map(row => share(row.weights, name)))] };
}

/** Where the share of the new revision changed, as marks. Pure. */
export function stepMarks(points) {
  return points
    .filter((point, i) => i === 0 || point.weight !== points[i - 1].weight)
    .map(point => ({ at: Date.parse(point.at) / 1000, kind: 'rollout', glyph: `${point.weight} %`, word: `${point.weight} % of the traffic` }));
}

/** The colour that the table of revisions gives it. */
function strokeOf(application, name) {
  const place = application.revisions.findIndex(revision => revision.revision === name);
  return (place < 0 ? application.revisions.length : place) % MOST_LINES;
}

function title(metric) {
  return NAMES[metric] ?? metric;
}

function order(metric) {
  const place = Object.keys(NAMES).indexOf(metric);
  return place < 0 ? Object.keys(NAMES).length : place;
}

function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
