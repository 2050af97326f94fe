// One figure: a title, the newest values, and a chart or, where wanted or needed, a table.

import { Chart, chartsMissing } from '../charts.js';
import { h } from '../dom.js';
import { time } from '../format.js';

const MOST_ROWS = 30;
const charts = new Map();

/**
 * @param figure { id, name, title, labels, format, rows: what the table's rows are, values?: the newest if not the columns' last, and what a Chart wants }
 * @param columns times in seconds, then a column per label
 * @param marks [{ at: seconds, kind, glyph, word }]
 * @param rows () => the table's rows: [{ at: milliseconds, values }]; without: made out of the columns
 */
export function plot(store, figure, columns, range, marks, rows = () => rowsOf(columns)) {
  const asTable = chartsMissing !== null || store.tables.has(figure.name);
  return h('figure', { class: 'figure', key: figure.name },
    h('figcaption', null,
      h('h3', null, figure.title),
      !chartsMissing && h('button', { type: 'button', class: 'quiet small', 'aria-pressed': String(asTable), onclick: toggler(store, figure.name) }, 'Table', h('span', { class: 'visually-hidden' }, ` of ${figure.title}`)),
      h('span', { class: 'now' }, figure.labels.map((label, n) => h('span', { class: 'now-item' }, figure.labels.length > 1 && h('span', { class: figure.stacked ? `area area-${(figure.strokes?.[n] ?? n) + 1}` : `line line-${(figure.strokes?.[n] ?? n) + 1}` }), figure.labels.length > 1 ? `${label} ` : '', h('strong', null, figure.format(figure.values ? figure.values[n] : last(columns[n + 1]))))))),
    asTable ? table(figure, rows(), marks) : canvas(figure, columns, range, marks));
}

function canvas(figure, columns, range, marks) {
  // A chart is made for its labels.
  const id = `${figure.id}/${figure.labels.join('/')}`;
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

function table(figure, rows, marks) {
  const until = n => (n === 0 ? Infinity : rows[n - 1].at);
  const happened = (row, n) => marks.filter(mark => mark.at * 1000 >= row.at && mark.at * 1000 < until(n)).map(mark => mark.word).join(', ');
  return h('div', { key: 'table', class: 'scroll plot-table', tabindex: '0', role: 'region', 'aria-label': `${figure.title}, table` }, h('table', null,
    h('caption', null, figure.rows),
    h('thead', null, h('tr', null, ['From', ...figure.labels].map((label, i) => h('th', { scope: 'col', class: i > 0 ? 'num' : '' }, label)), h('th', { scope: 'col' }, 'Happened'))),
    h('tbody', null, rows.length === 0
      ? h('tr', null, h('td', { colspan: String(figure.labels.length + 2), class: 'muted' }, 'Nothing was measured yet.'))
      : rows.map((row, n) => h('tr', { key: row.at }, h('th', { scope: 'row' }, time(row.at)), row.values.map(value => h('td', { class: 'num' }, figure.format(value))), h('td', { class: 'small' }, happened(row, n)))))));
}

/** Columns as so many rows as one reads, newest first: the largest value of each stretch. Pure. */
export function rowsOf([at, ...columns]) {
  const rows = [];
  const step = Math.max(1, Math.ceil(at.length / MOST_ROWS));
  for (let end = at.length; end > 0; end -= step) {
    const begin = Math.max(0, end - step);
    rows.push({ at: at[begin] * 1000, values: columns.map(column => largest(column.slice(begin, end))) });
  }

  return rows;
}

const last = column => column.findLast(value => value !== null && value !== undefined) ?? null;
const largest = column => column.reduce((most, value) => (value === null || value === undefined ? most : Math.max(most ?? value, value)), null);

function toggler(store, name) {
  return () => {
    if (!store.tables.delete(name)) store.tables.add(name);
    store.changed();
  };
}
