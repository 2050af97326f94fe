import { h } from '../dom.js';
import { seconds, span, time } from '../format.js';
import { badge, icon } from './icons.js';
import { picture, verdict } from './evidence.js';
import { ladder } from './ladder.js';
import { pipeline } from './pipeline.js';

const ENDS = { completed: 'success', failed: 'critical', rolledBack: 'critical' };
const WORDS = { completed: 'completed', failed: 'failed', rolledBack: 'rolled back', rollingBack: 'rolling back' };

/** The rollout under way, or how the last one ended. */
export function rollout(store, application, actions) {
  const current = application.rollout;
  if (!current) return h('p', { class: 'muted' }, 'Nothing has been rolled out yet.');
  const running = !current.endedAt;
  const until = running ? store.now : Date.parse(current.endedAt);
  return h('div', { class: `rollout ${running ? 'rollout-running' : ''}`, key: current.id },
    h('div', { class: 'rollout-head' },
      h('h3', null, running ? 'Rollout under way' : 'Last rollout'),
      badge(running ? 'running' : ENDS[current.state] ?? 'info', WORDS[current.state] ?? current.state),
      h('span', { class: 'muted' }, [current.stableRevision, current.revision].filter(Boolean).join(' → '), current.strategy ? `, ${current.strategy}` : '',
        ` · ${running ? 'for' : `ended ${time(current.endedAt)}, took`} ${span((until - Date.parse(current.startedAt)) / 1000)}`)),
    ladder(store, current),
    pipeline(current),
    !said(current, running) && h('p', { class: 'message' }, current.message),
    verdict(store, current),
    held(current),
    running && store.mayOperate && h('div', { class: 'buttons', role: 'group', 'aria-label': 'What to do with the rollout' }, words(store, application, actions)),
    picture(store, application),
    history(store, current, running));
}

/** While it is watched the message only counts down what the ladder shows; and what the verdict says need not be said twice. */
function said({ state, message, course }, running) {
  return course?.evidence && ((running && state === 'watching') || message === course.evidence.sentence);
}

/** Whose word it waits for. */
function held(current) {
  if (current.endedAt || !current.course) return null;
  const { awaits, paused } = current.course;
  const text = paused ? `Paused by ${paused.by} since ${time(paused.at)}: ${paused.reason}. What fails is still taken back.`
    : awaits === 'approval' ? 'Its replicas are healthy. It waits for an approval before it gets any traffic.'
      : awaits === 'promotion' ? 'The plan says that somebody promotes it from here.'
        : awaits === 'evidence' ? 'Its time is over and the judge cannot tell yet. It goes on when there is enough to tell, or when somebody says so.'
          : null;
  return text && h('p', { class: 'held', id: 'held' }, icon('warning'), h('span', null, text));
}

function words(store, application, actions) {
  const { state, course } = application.rollout;
  if (state === 'rollingBack') return null;
  const left = course ? course.steps.length - course.step : 0;
  return [
    course?.awaits === 'approval' && actions.button(store, 'approve', application, 'Approve…'),
    actions.button(store, 'promote', application, 'Promote…'),
    left > 0 && actions.button(store, 'promoteFully', application, 'Promote fully…'),
    course && (course.paused ? actions.button(store, 'resume', application, 'Resume…') : actions.button(store, 'pause', application, 'Pause…')),
    actions.button(store, 'abort', application, 'Abort…'),
  ];
}

/** What it has done, with times. */
function history(store, current, running) {
  const steps = stepsOf(store.events, current);
  if (steps.length === 0) return null;
  return h('details', { class: 'history', key: 'history' },
    h('summary', null, `What it has done: ${steps.length} ${steps.length === 1 ? 'thing' : 'things'}`),
    h('ol', { class: 'steps' },
      steps.map(step => h('li', { key: step.sequence, class: `step ${step.data.failed ? 'step-failed' : 'step-done'}`, title: step.summary },
        icon(step.data.failed ? 'critical' : 'success'), h('span', null, step.data.step), h('span', { class: 'muted small' }, took(step)))),
      running && h('li', { key: 'now', class: 'step step-now', 'aria-current': 'step' }, icon('running'), h('span', null, 'next step'))));
}

/** The steps that a rollout has done, oldest first. Pure. */
export function stepsOf(events, current) {
  return events
    .filter(event => event.type === 'RolloutStepCompleted' && event.correlationId === current.id)
    .sort((a, b) => a.sequence - b.sequence);
}

function took(step) {
  const length = seconds(step.data.duration);
  return length === null ? '' : length < 0.1 ? '< 0.1 s' : length < 10 ? `${length.toFixed(1)} s` : span(length);
}
