// The steps of a rollout's plan as rungs: done, under way, to come.

import { h } from '../dom.js';
import { seconds, span } from '../format.js';
import { icon } from './icons.js';

const MARKS = { done: 'success', now: 'running', failed: 'critical', next: 'waiting' };
const SPOKEN = { done: 'done', now: 'under way', failed: 'given up here', next: 'to come' };

/** Null: the plan is not known. */
export function ladder(store, current) {
  const course = current.course;
  if (!course || course.steps.length === 0) return null;
  return h('ol', { class: 'ladder', 'aria-label': 'Steps of the rollout' }, course.steps.map((step, i) => {
    const place = placeOf(current, i + 1);
    return h('li', { key: i, class: `rung rung-${place}`, 'aria-current': place === 'now' ? 'step' : null },
      h('div', { class: 'rung-bar', 'aria-hidden': 'true' }, h('div', { class: 'rung-fill', style: { width: `${(100 * doneOf(store, current, place, step)).toFixed(1)}%` } })),
      h('p', { class: 'rung-name' }, icon(MARKS[place]), h('strong', null, share(step)), h('span', { class: 'visually-hidden' }, `, ${SPOKEN[place]}`)),
      h('p', { class: 'muted small' }, place === 'now' ? left(store, course, step) : plan(step)));
  }));
}

/** `done`, `now`, `next` or `failed`. Pure. */
export function placeOf({ state, course }, number) {
  if (state === 'completed') return 'done';
  if (number < course.step) return 'done';
  if (number > course.step) return 'next';
  return ['rolledBack', 'failed', 'rollingBack'].includes(state) ? 'failed' : 'now';
}

function share(step) {
  return step.weight === 0 ? (step.mirror > 0 ? `copy of ${step.mirror} %` : 'preview') : `${step.weight} %`;
}

function plan(step) {
  const hold = seconds(step.hold) ?? 0;
  return step.untilPromoted ? 'until promoted' : hold <= 0 ? 'at once' : hold % 60 === 0 && hold < 3600 ? `${hold / 60} min` : span(hold);
}

function left(store, course, step) {
  const rest = course.until ? (Date.parse(course.until) - store.now) / 1000 : null;
  if (course.paused) return 'paused';
  if (course.awaits === 'approval') return 'needs approval';
  if (rest !== null && rest > 0) return `${span(Math.ceil(rest))} left`;
  if (step.untilPromoted && course.until) return 'until promoted';
  return course.awaits === 'evidence' ? 'inconclusive' : 'under way';
}

function doneOf(store, { course }, place, step) {
  if (place === 'done' || place === 'failed') return 1;
  const hold = seconds(step.hold) ?? 0;
  if (place === 'next' || !course.until) return 0;
  return hold <= 0 ? 1 : Math.min(1, Math.max(0, 1 - (Date.parse(course.until) - store.now) / 1000 / hold));
}
