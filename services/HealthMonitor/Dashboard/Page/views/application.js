import { h } from '../dom.js';
import { bytes, milliseconds, number, percent, span } from '../format.js';
import { badge } from './icons.js';
import { rollout } from './rollout.js';

/** One link per application: which are there, and how each is. */
export function switcher(store) {
  if (store.applications.length < 2) return null;
  return h('nav', { class: 'switcher', 'aria-label': 'Applications' }, h('ul', null, store.applications.map(application =>
    h('li', { key: application.name }, h('a', { href: `#${encodeURIComponent(application.name)}`, 'aria-current': application === store.application ? 'page' : null },
      badge(application.status, application.name),
      h('span', { class: 'muted small' }, application.rollout && !application.rollout.endedAt ? 'rollout' : `${number(application.performance.requestsPerSecond)}/s`))))));
}

/** An application: how it is, which revisions serve, the rollout, its replicas. */
export function application(store, actions) {
  const shown = store.application;
  if (!shown) {
    return h('div', { class: 'card empty' },
      h('h2', null, store.report ? 'No application yet' : 'Loading…'),
      store.report && h('p', null, 'Ship one with ', h('code', null, './platform deploy FILE'), '; it appears here by itself.'));
  }

  return h('section', { class: 'card', key: shown.name, 'aria-labelledby': 'application-name' },
    h('div', { class: 'card-head' },
      h('h2', { id: 'application-name' }, shown.name),
      badge(shown.status),
      shown.stableRevision && h('span', { class: 'muted' }, 'stable ', h('code', null, shown.stableRevision)),
      h('div', { class: 'buttons end' },
        actions.button(store, 'scale', shown, 'Scale…'),
        actions.button(store, 'rollback', shown, 'Roll back…'))),
    !store.mayOperate && store.session && h('p', { class: 'why-not', id: 'why-not' },
      `You are logged in as ${store.session.name} with the role ${store.session.role}: scaling, rolling back, promoting and aborting need the role operator.`),
    shown.reasons.length > 0 && h('ul', { class: 'reasons' }, shown.reasons.map(reason => h('li', null, reason))),
    revisions(shown),
    rollout(store, shown, actions),
    replicas(store, shown));
}

/** Who gets which share of the requests. Patterns differ, so that neighbours are told apart without colour. */
function revisions(shown) {
  const total = shown.revisions.reduce((sum, revision) => sum + revision.weight, 0);
  if (shown.revisions.length === 0) return null;
  const share = revision => (total === 0 ? 0 : (revision.weight / total) * 100);
  return h('div', { class: 'revisions' },
    h('h3', null, 'Traffic by revision'),
    h('div', { class: 'weights', role: 'img', 'aria-label': total === 0 ? 'No traffic is routed' : shown.revisions.map(r => `${r.revision}: ${share(r).toFixed(0)} %`).join(', ') },
      shown.revisions.map((revision, i) => h('div', { key: revision.revision, class: `weight pattern-${i % 4}`, style: { 'flex-grow': String(share(revision)) }, hidden: revision.weight === 0 }))),
    h('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Revisions' }, h('table', { class: 'revision-table' },
      h('thead', null, h('tr', null, ['Revision', 'Weight', 'Ready', 'Requests/s', 'Errors', 'p95'].map((name, i) => h('th', { scope: 'col', class: i > 0 ? 'num' : '' }, name)))),
      h('tbody', null, shown.revisions.map((revision, i) => h('tr', { key: revision.revision },
        h('th', { scope: 'row' }, h('span', { class: `swatch pattern-${i % 4}` }), h('code', null, revision.revision),
          revision.revision === shown.stableRevision && h('span', { class: 'tag' }, 'stable')),
        h('td', { class: 'num' }, total === 0 ? '–' : `${share(revision).toFixed(share(revision) % 1 ? 1 : 0)} %`),
        h('td', { class: 'num' }, String(revision.readyReplicas)),
        h('td', { class: 'num' }, number(revision.performance.requestsPerSecond)),
        h('td', { class: 'num' }, percent(revision.performance.errorRate)),
        h('td', { class: 'num' }, milliseconds(revision.performance.p95Milliseconds))))))));
}

const TONES = { ready: 'healthy', unhealthy: 'unhealthy', draining: 'running', starting: 'waiting', failed: 'critical' };

function replicas(store, shown) {
  const use = shown.performance;
  return h('div', { class: 'replicas' },
    h('h3', null, `Replicas: ${shown.readyReplicas} of ${shown.wantedReplicas} ready`,
      use.cpu ? h('span', { class: 'muted' }, ` · together ${number(use.cpu)} cores, ${bytes(use.memoryBytes)}`) : ''),
    shown.replicas.length === 0
      ? h('p', { class: 'muted' }, 'No replica runs.')
      : h('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': 'Replicas' }, h('table', { class: 'stack' },
        h('thead', null, h('tr', null, ['Replica', 'State', 'Revision', 'Address', 'Up', 'Restarts'].map((name, i) => h('th', { scope: 'col', class: i > 3 ? 'num' : '' }, name)))),
        h('tbody', null, shown.replicas.map(replica => h('tr', { key: replica.id },
          h('th', { scope: 'row' }, h('code', { title: replica.id }, replica.id)),
          h('td', { 'data-label': 'State' }, badge(TONES[replica.state] ?? 'unknown', replica.state), replica.reason && h('p', { class: 'small reason' }, replica.reason)),
          h('td', { 'data-label': 'Revision' }, h('code', null, replica.revision)),
          h('td', { 'data-label': 'Address' }, replica.address ? h('code', null, replica.address.replace(/^https?:\/\//, '').replace(/\/$/, '')) : '–'),
          h('td', { 'data-label': 'Up', class: 'num' }, replica.startedAt ? span((store.now - Date.parse(replica.startedAt)) / 1000) : '–'),
          h('td', { 'data-label': 'Restarts', class: 'num' }, String(replica.restarts ?? 0))))))));
}
