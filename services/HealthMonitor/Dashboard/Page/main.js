// The dashboard: reads the platform's state and draws it, again and again.

import { button } from './actions.js';
import { get, logOut, session } from './api.js';
import { h, render } from './dom.js';
import { Live, look } from './live.js';
import { Store } from './store.js';
import { alerts } from './views/alerts.js';
import { application, switcher } from './views/application.js';
import { events } from './views/events.js';
import { figures } from './views/figures.js';
import { header, vitals } from './views/header.js';
import { icon } from './views/icons.js';
import { scaling } from './views/scaling.js';
import { services } from './views/services.js';

const PAST_EVENTS = 200;
const place = id => document.getElementById(id);
const store = new Store(draw);
const live = new Live({
  status: (name, detail) => store.connect(name, detail),
  state: report => {
    store.takeReport(report);
    catchUp();
  },
  event: event => store.takeEvents([event]),
  samples: histories => store.takeHistory(histories),
  scaling: pictures => store.takeScaling(pictures),
  poll,
  ended: () => {
    store.ended = true;
    store.changed();
  },
});

/** Applications whose past is on the page. */
const caughtUp = new Set();

/** Rollouts whose steps have been asked for. */
const followed = new Set();

function draw() {
  render(place('header'), header(store, { refresh, togglePause, logOut: leave }));
  render(place('ended'), store.ended && h('div', { class: 'ended', role: 'alert' }, h('strong', null, 'Your session has ended. '), h('a', { href: '/' }, 'Log in again')));
  render(place('vitals'), vitals(store));
  render(place('alerts'), alerts(store));
  render(place('switcher'), switcher(store));
  render(place('application'), application(store, { button }));
  render(place('figures'), figures(store));
  render(place('scaling'), scaling(store));
  render(place('services'), services(store));
  render(place('events'), events(store));
  render(place('notices'), store.notices.map(notice => h('p', { key: notice.id, class: `notice tone-${notice.severity}` }, icon(notice.severity), h('span', null, notice.text))));
  announce();
}

let said = null;

/** Tells screen readers what changed for better or worse, once. */
function announce() {
  if (!store.report) return;
  const connected = store.connection.name === 'live' || store.connection.name === 'connecting';
  const text = [connected ? '' : `Connection: ${store.connection.name}.`, `Overall ${store.report.overall}, ${store.report.activeAlerts.length} active alerts.`].join(' ').trim();
  if (text !== said) place('announcer').textContent = said = text;
}

async function poll(signal) {
  const state = await look(signal);
  take(state);
  const name = store.application?.name;
  if (name) store.takeScaling(await get(`/dashboard/scaling?application=${encodeURIComponent(name)}`, signal));
  if (name) store.takeHistory([await get(`/dashboard/history?application=${encodeURIComponent(name)}&window=1m`, signal)]);
}

function take(state) {
  store.takeReport(state.report);
  store.takeEvents(state.events);
  if (state.events.length > 0) live.lastEvent = state.events[0].sequence;
}

/** The past of what is shown: once per application, and per rollout. */
function catchUp() {
  const shown = store.application;
  if (!shown) return;
  if (!caughtUp.has(shown.name)) {
    caughtUp.add(shown.name);
    get(`/dashboard/history?application=${encodeURIComponent(shown.name)}`)
      .then(history => store.takeHistory([history]), failure => retryLater(caughtUp, shown.name, failure));
  }

  const rollout = shown.rollout;
  if (rollout && !followed.has(rollout.id)) {
    followed.add(rollout.id);
    Promise.all([
      ...['RolloutStepCompleted', 'TrafficShifted'].map(async type => store.takeEvents((await get(`/events?application=${encodeURIComponent(shown.name)}&type=${type}&limit=200`)).items)),
      get(`/dashboard/rollouts/${rollout.id}/evidence`).then(points => store.takeEvidence(rollout.id, points)),
    ]).catch(failure => retryLater(followed, rollout.id, failure));
  }
}

function retryLater(asked, key, failure) {
  console.info(`Not answered yet: ${failure.message}`);
  setTimeout(() => asked.delete(key), 2000);
}

async function refresh() {
  caughtUp.clear();
  followed.clear();
  try {
    take(await look());
    catchUp();
    store.notice('Refreshed.');
  } catch (failure) {
    store.notice(`Not refreshed: ${failure.status ? failure.message : 'the platform does not answer.'}`, 'warning');
  }
}

function togglePause() {
  store.pausedByUser = !store.pausedByUser;
  if (store.pausedByUser) live.pause();
  else live.start();
  store.changed();
}

async function leave() {
  try {
    await logOut();
  } finally {
    location.assign('/');
  }
}

function choose() {
  store.chosen = decodeURIComponent(location.hash.slice(1)) || store.chosen;
  store.changed();
  catchUp();
}

// What was missed while nobody looked is fetched, not guessed.
document.addEventListener('visibilitychange', () => {
  if (document.hidden) return;
  caughtUp.clear();
  followed.clear();
});
addEventListener('hashchange', choose);
choose();
draw();

try {
  store.session = await session();
  take(await look());
  catchUp();
  store.takeEvents((await get(`/events?limit=${PAST_EVENTS}`)).items);
} catch (failure) {
  if (failure.status === 401) store.ended = true;
  else store.connect('lost', failure.status ? failure.message : null);
}

if (!store.ended) live.start();
store.changed();
