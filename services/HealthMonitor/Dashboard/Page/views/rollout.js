import { h } from '../dom.js';
import { span, time } from '../format.js';
import { badge, icon } from './icons.js';

const ENDS = { completed: 'success', failed: 'critical', rolledBack: 'critical' };
const WORDS = { completed: 'completed', failed: 'failed', rolledBack: 'rolled back' };

/** The rollout under way, or how the last one ended. */
export function rollout(store, application, actions) {
  const current = application.rollout;
  if (!current) return h('p', { class: 'muted' }, 'Nothing has been rolled out yet.');
  const running = !current.endedAt;
  const steps = stepsOf(store.events, current);
  const until = running ? store.now : Date.parse(current.endedAt);
  return h('div', { class: `rollout ${running ? 'rollout-running' : ''}` },
    h('div', { class: 'rollout-head' },
      h('h3', null, running ? 'Rollout under way' : 'Last rollout'),
      badge(running ? 'running' : ENDS[current.state] ?? 'info', running ? current.state : WORDS[current.state] ?? current.state),
      h('span', { class: 'muted' }, [current.stableRevision, current.revision].filter(Boolean).join(' → '), current.strategy ? `, ${current.strategy}` : '',
        ` · ${running ? 'for' : `ended ${time(current.endedAt)}, took`} ${span((until - Date.parse(current.startedAt)) / 1000)}`)),
    steps.length > 0 && h('ol', { class: 'steps' },
      steps.map(step => h('li', { key: step.sequence, class: 'step step-done', title: step.summary },
        icon('success'), h('span', null, step.data.step), h('span', { class: 'muted small' }, took(step)))),
      running && h('li', { key: 'now', class: 'step step-now', 'aria-current': 'step' }, icon('running'), h('span', null, 'next step'))),
    h('p', { class: 'message' }, current.message),
    running && h('div', { class: 'buttons' },
      actions.button(store, 'promote', application, 'Promote…'),
      actions.button(store, 'abort', application, 'Abort…')));
}

/** The steps that a rollout has done, oldest first. Pure. */
export function stepsOf(events, current) {
  return events
    .filter(event => event.type === 'RolloutStepCompleted' && event.correlationId === current.id)
    .sort((a, b) => a.sequence - b.sequence);
}

function took(step) {
  const seconds = inSeconds(step.data.duration);
  return seconds === null ? '' : seconds < 0.1 ? '< 0.1 s' : seconds < 10 ? `${seconds.toFixed(1)} s` : span(seconds);
}

/** `1m30s`, `500ms` or `00:01:30.5` in seconds. */
function inSeconds(text) {
  if (typeof text !== 'string') return null;
  const clock = /^(?:(\d+)\.)?(\d+):(\d+):(\d+(?:\.\d+)?)$/.exec(text);
  if (clock) return Number(clock[1] ?? 0) * 86400 + Number(clock[2]) * 3600 + Number(clock[3]) * 60 + Number(clock[4]);
  const units = { d: 86400, h: 3600, m: 60, s: 1, ms: 0.001, us: 0.000001 };
  let sum = null;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|us|d|h|m|s)/g)) sum = (sum ?? 0) + Number(amount) * units[unit];
  return sum;
}
