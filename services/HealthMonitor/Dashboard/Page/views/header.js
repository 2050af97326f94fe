import { h } from '../dom.js';
import { milliseconds, number, percent, plural, span } from '../format.js';
import { badge, icon } from './icons.js';

const CONNECTION = {
  connecting: { tone: 'waiting', word: 'Connecting…' },
  live: { tone: 'healthy', word: 'Live' },
  polling: { tone: 'degraded', word: 'Connection lost, retrying; refreshed every 2 s' },
  lost: { tone: 'unhealthy', word: 'Connection lost, retrying' },
  paused: { tone: 'waiting', word: 'Paused' },
};

/** The bar at the top: how everything is, in one look. */
export function header(store, actions) {
  const report = store.report;
  return [
    h('div', { class: 'brand' },
      h('svg', { class: 'logo', viewBox: '0 0 32 32', 'aria-hidden': 'true' },
        h('path', { d: 'M5 22l11 6 11-6' }), h('path', { d: 'M5 16l11 6 11-6' }), h('path', { d: 'M16 4l11 6-11 6-11-6z', class: 'logo-top' })),
      h('h1', null, 'Platform'),
      report && badge(report.overall, report.overall)),
    h('div', { class: 'header-side' },
      connection(store),
      h('div', { class: 'buttons' },
        h('button', { type: 'button', class: 'quiet', onclick: actions.refresh, title: 'Ask for everything again' }, 'Refresh'),
        h('button', { type: 'button', class: 'quiet', onclick: actions.togglePause, 'aria-pressed': String(store.pausedByUser) }, store.pausedByUser ? 'Resume' : 'Pause')),
      store.session && h('div', { class: 'who' },
        h('span', { class: 'who-name' }, store.session.name),
        h('span', { class: 'role' }, store.session.role),
        h('button', { type: 'button', class: 'quiet', onclick: actions.logOut }, 'Log out'))),
  ];
}

function connection(store) {
  const { tone, word } = CONNECTION[store.connection.name];
  const lost = store.connection.name === 'lost' || store.connection.name === 'polling';
  return h('p', { class: `connection connection-${store.connection.name}`, id: 'connection' },
    icon(tone),
    h('span', null, word, store.connection.detail ? `: ${store.connection.detail}` : ''),
    lost && store.report && h('span', { class: 'muted' }, ` (shown: ${span((Date.now() + store.skew - Date.parse(store.report.at)) / 1000)} old)`));
}

/** The platform's figures together. */
export function vitals(store) {
  const report = store.report;
  if (!report) return h('p', { class: 'muted' }, 'Waiting for the first report…');
  const all = report.performance;
  const ready = store.applications.reduce((sum, application) => sum + application.readyReplicas, 0);
  const wanted = store.applications.reduce((sum, application) => sum + application.wantedReplicas, 0);
  const rollouts = store.applications.filter(application => application.rollout && !application.rollout.endedAt).length;
  return h('dl', { class: 'vitals' },
    vital('Requests', number(all.requestsPerSecond), 'per second'),
    vital('Errors', percent(all.errorRate), 'of requests', all.errorRate > 0.05 ? 'bad' : ''),
    vital('p95 latency', milliseconds(all.p95Milliseconds), 'the slowest'),
    vital('Replicas', `${ready} / ${wanted}`, 'ready / wanted', ready < wanted ? 'warn' : ''),
    vital('Rollouts', String(rollouts), 'under way'),
    vital('Alerts', String(report.activeAlerts.length), plural(report.activeAlerts.length, 'active', 'active').replace(/^\S+ /, ''), report.activeAlerts.length ? 'bad' : ''));
}

function vital(name, value, unit, tone = '') {
  return h('div', { class: `vital ${tone}` }, h('dt', null, name), h('dd', null, h('strong', null, value), h('span', null, unit)));
}
