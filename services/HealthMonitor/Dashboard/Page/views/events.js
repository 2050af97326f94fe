import { h } from '../dom.js';
import { time } from '../format.js';
import { icon } from './icons.js';

const SHOWN = 150;
const SEVERITIES = [['', 'Everything'], ['success', 'Success'], ['warning', 'Warnings and worse'], ['critical', 'Critical only']];
const ADMITTED = { '': null, success: ['success'], warning: ['warning', 'critical'], critical: ['critical'] };

/** What happened, newest first. */
export function events(store) {
  const found = matching(store.events, store.filter);
  const names = [...new Set(store.events.map(event => event.application))].sort();
  const choose = (name, value) => {
    store.filter = { ...store.filter, [name]: value };
    store.changed();
  };
  return [
    h('form', { class: 'filter', role: 'search', 'aria-label': 'Filter events', onsubmit: stay },
      select('event-application', 'Application', store.filter.application, [['', 'All applications'], ...names.map(name => [name, name])], value => choose('application', value)),
      select('event-severity', 'Severity', store.filter.severity, SEVERITIES, value => choose('severity', value)),
      h('label', { class: 'field', for: 'event-text' }, h('span', { class: 'visually-hidden' }, 'Text'),
        h('input', { id: 'event-text', type: 'search', placeholder: 'Filter by text or type', value: store.filter.text, oninput: typed(choose) }))),
    found.length === 0
      ? h('p', { class: 'muted' }, store.events.length === 0 ? 'Nothing has happened yet.' : 'No event matches the filter.')
      : h('ol', { class: 'events', tabindex: '0', 'aria-label': 'Events, newest first' }, found.slice(0, SHOWN).map(event => h('li', { key: event.sequence, class: `event tone-${event.severity}` },
        icon(event.severity),
        h('div', null,
          h('p', null, event.summary),
          h('p', { class: 'muted small' }, h('time', { datetime: event.at }, time(event.at)), ` · ${event.severity} · ${words(event.type)}`))))),
    found.length > SHOWN && h('p', { class: 'muted small' }, `${found.length - SHOWN} older ones match; narrow the filter to see them.`),
  ];
}

/** Pure. */
export function matching(all, filter) {
  const text = filter.text.trim().toLowerCase();
  const admitted = ADMITTED[filter.severity];
  return all.filter(event =>
    (filter.application === '' || event.application === filter.application)
    && (admitted === null || admitted.includes(event.severity))
    && (text === '' || event.summary.toLowerCase().includes(text) || event.type.toLowerCase().includes(text)));
}

function words(type) {
  return type.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
}

function select(id, label, value, options, changed) {
  return h('label', { class: 'field', for: id }, h('span', { class: 'visually-hidden' }, label),
    h('select', { id, onchange: event => changed(event.target.value) }, options.map(([key, text]) => h('option', { key, value: key, selected: key === value }, text))));
}

const stay = event => event.preventDefault();
const typed = choose => event => choose('text', event.target.value);
