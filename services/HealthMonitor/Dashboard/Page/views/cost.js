// What an application costs, what was saved, and what would cost less.

import { h } from '../dom.js';
import { NOTHING, number, percent } from '../format.js';

export function cost(picture) {
  const { cost: figures } = picture;
  const money = value => (value === null || value === undefined ? NOTHING : `${Math.abs(value) < 1 && value !== 0 ? value.toPrecision(2) : number(value)} ${figures.currency}`);
  const saved = figures.saved;
  return h('div', { class: 'cost', id: 'cost' },
    h('h3', null, 'Cost'),
    h('dl', { class: 'vitals' },
      vital('Now', money(figures.perHour), 'an hour'),
      vital('30 days', money(figures.month), 'if it goes on so'),
      vital('Idle', percent(figures.idle), 'of the replica-hours'),
      vital(saved < 0 ? 'Cost more than an HPA' : 'Saved against an HPA', money(saved === null || saved === undefined ? null : Math.abs(saved)), 'at the same service level, so far')),
    figures.comparison && comparison(figures),
    figures.savings.length > 0 && h('div', null,
      h('h4', null, 'What would cost less'),
      h('ul', { class: 'savings' }, figures.savings.map(saving => h('li', { key: saving.kind },
        h('strong', null, `${money(saving.perMonth)} in 30 days, ${saving.kind}: `), saving.what)))));
}

/** Ours beside the shadow, as a table: the numbers speak. */
function comparison(figures) {
  const row = (name, hours, over) => h('tr', null, h('th', { scope: 'row' }, name), h('td', { class: 'num' }, number(hours)), h('td', { class: 'num' }, number(over)));
  return [h('p', { class: 'muted small', key: 'comparison' }, figures.comparison), h('div', { class: 'scroll', key: 'beside', tabindex: '0', role: 'region', 'aria-label': 'Beside a HorizontalPodAutoscaler' }, h('table', null,
    h('thead', null, h('tr', null, h('th', { scope: 'col' }, 'On the same demand'), h('th', { scope: 'col', class: 'num' }, 'Replica-hours'), h('th', { scope: 'col', class: 'num' }, 'Requests over capacity'))),
    h('tbody', null, row('This application', figures.replicaHours, figures.overCapacity), row('An HPA with its targets', figures.hpaReplicaHours, figures.hpaOverCapacity))))];
}

function vital(name, value, note) {
  return h('div', { class: 'vital' }, h('dt', null, name), h('dd', null, h('strong', null, value), h('span', null, note)));
}
