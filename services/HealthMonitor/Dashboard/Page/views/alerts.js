import { h } from '../dom.js';
import { span, time } from '../format.js';
import { badge } from './icons.js';

/** What hurts now, and what somebody should do about it. */
export function alerts(store) {
  const report = store.report;
  if (!report || (report.activeAlerts.length === 0 && report.recommendations.length === 0)) {
    return h('p', { class: 'calm' }, report ? 'No active alerts.' : '');
  }

  return [
    report.activeAlerts.length > 0 && h('ul', { class: 'alerts' }, report.activeAlerts.map(alert => h('li', { key: alert.id, class: `alert tone-${alert.severity}` },
      badge(alert.severity),
      h('div', null,
        h('strong', null, alert.rule), ' ', h('span', { class: 'muted' }, alert.application),
        h('p', null, alert.message)),
      h('span', { class: 'muted since' }, `since ${time(alert.raisedAt)}, ${span((store.now - Date.parse(alert.raisedAt)) / 1000)}`)))),
    report.recommendations.length > 0 && h('div', { class: 'advice' },
      h('h3', null, 'What to do'),
      h('ul', null, report.recommendations.map(text => h('li', null, text)))),
  ];
}
