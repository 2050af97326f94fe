import { h } from '../dom.js';
import { span } from '../format.js';
import { badge } from './icons.js';

const WORDS = { healthy: 'ready', degraded: 'waiting', unhealthy: 'down' };

/** The platform's own services, and what each waits for. */
export function services(store) {
  const all = store.report?.services ?? [];
  if (all.length === 0) return h('p', { class: 'muted' }, store.report ? 'No service has reported yet; each reports every few seconds.' : 'Waiting for the first report…');
  return h('ul', { class: 'services' }, all.map(service => h('li', { key: `${service.service} ${service.instance}`, class: `service tone-${service.status}` },
    h('div', { class: 'service-head' }, h('strong', null, service.service), badge(service.status, WORDS[service.status])),
    service.waitingFor.length > 0 && h('p', { class: 'waiting-for' }, service.status === 'unhealthy' ? '' : 'Waiting for: ', service.waitingFor.join('; ')),
    h('p', { class: 'muted small' }, `${service.address.replace(/\/$/, '')} · ${service.version.replace(/\+([0-9a-f]{7})[0-9a-f]+$/, '+$1')} · up ${span((store.now - Date.parse(service.since)) / 1000)}`))));
}
