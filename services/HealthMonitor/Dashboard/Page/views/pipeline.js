// The jobs of a rollout's pipeline: what was built, migrated, checked, tested, told.

import { h } from '../dom.js';
import { seconds, span } from '../format.js';
import { icon } from './icons.js';

const MARKS = { succeeded: 'success', failed: 'critical', stopped: 'critical', running: 'running', skipped: 'unknown' };

/** Null: it has none. */
export function pipeline({ course }) {
  const jobs = shownOf(course?.jobs ?? []);
  if (jobs.length === 0) return null;
  return h('ol', { class: 'jobs', 'aria-label': 'Jobs of the pipeline' }, jobs.map(job =>
    h('li', { key: job.number, class: `job job-${job.state}`, 'aria-current': job.state === 'running' ? 'step' : null, title: job.message ?? '' },
      icon(MARKS[job.state] ?? 'waiting'),
      h('span', { class: 'job-name' }, job.name),
      h('span', { class: 'muted small' }, [job.state, took(job), job.attempt > 1 ? `attempt ${job.attempt}` : null].filter(Boolean).join(', ')),
      ['failed', 'stopped'].includes(job.state) && job.message && h('p', { class: 'job-message small' }, job.message))));
}

/** What takes something back is shown only where it does. Pure. */
export function shownOf(jobs) {
  return jobs.filter(job => job.gate !== 'undo' || !['planned', 'skipped'].includes(job.state));
}

function took(job) {
  const length = seconds(job.duration);
  return length === null ? null : length < 0.1 ? '< 0.1 s' : length < 10 ? `${length.toFixed(1)} s` : span(length);
}
