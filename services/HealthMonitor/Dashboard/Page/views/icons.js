// Small pictures that repeat in shape what a colour says; always beside the word itself.

import { h } from '../dom.js';

const PATHS = {
  healthy: ['circle', 'M6.5 10.2l2.4 2.4 4.8-5'],
  success: ['circle', 'M6.5 10.2l2.4 2.4 4.8-5'],
  degraded: ['triangle', 'M10 8v4M10 14.4v.1'],
  warning: ['triangle', 'M10 8v4M10 14.4v.1'],
  unhealthy: ['octagon', 'M7.3 7.3l5.4 5.4M12.7 7.3l-5.4 5.4'],
  critical: ['octagon', 'M7.3 7.3l5.4 5.4M12.7 7.3l-5.4 5.4'],
  info: ['circle', 'M10 9.3v4.2M10 6.4v.1'],
  running: ['circle', 'M10 6v4.2l2.8 1.8'],
  waiting: ['dashed', ''],
  unknown: ['dashed', 'M7.5 10h5'],
};

const SHAPES = {
  circle: { d: 'M10 1.8a8.2 8.2 0 1 1 0 16.4a8.2 8.2 0 0 1 0-16.4z' },
  dashed: { d: 'M10 1.8a8.2 8.2 0 1 1 0 16.4a8.2 8.2 0 0 1 0-16.4z', 'stroke-dasharray': '3 2.6' },
  triangle: { d: 'M10 2.4l8.3 14.8H1.7z', 'stroke-linejoin': 'round' },
  octagon: { d: 'M6.6 1.9h6.8l4.7 4.7v6.8l-4.7 4.7H6.6l-4.7-4.7V6.6z', 'stroke-linejoin': 'round' },
};

/** @param {keyof PATHS} name */
export function icon(name) {
  const [shape, mark] = PATHS[name] ?? PATHS.unknown;
  return h('svg', { class: `icon tone-${name}`, viewBox: '0 0 20 20', 'aria-hidden': 'true', focusable: 'false' },
    h('path', { class: 'icon-shape', ...SHAPES[shape] }),
    mark && h('path', { class: 'icon-mark', d: mark }));
}

/** A state in shape, colour and word. */
export function badge(state, word = state) {
  return h('span', { class: `badge tone-${state}` }, icon(state), h('span', null, word));
}
