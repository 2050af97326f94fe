// What the page knows. Views read it; `changed` draws them anew, at most once a frame.

import { Series } from './series.js';

const MOST_EVENTS = 1000;
const MOST_POINTS = 2000;

/** Where to look first: a rollout, then what is worst, then the first. Pure. */
function mostInteresting(applications) {
  const rank = application => (application.rollout && !application.rollout.endedAt ? 4 : { unhealthy: 3, degraded: 2 }[application.status] ?? 1);
  return applications.reduce((best, application) => (best === null || rank(application) > rank(best) ? application : best), null)?.name ?? null;
}

export const WINDOWS = [5, 10, 15];

export class Store {
  /** `{ name, role, expiresAt }` */
  session = null;
  /** The last report. */
  report = null;
  /** Newest first. */
  events = [];
  /** `connecting`, `live`, `polling`, `lost` or `paused`; and since when. */
  connection = { name: 'connecting', since: Date.now(), detail: null };
  pausedByUser = false;
  ended = false;
  /** The name of the application shown; null: none yet. */
  chosen = null;
  /** Minutes of the charts. */
  minutes = WINDOWS[0];
  filter = { application: '', severity: '', text: '' };
  /** Charts shown as tables, by name. */
  tables = new Set();
  /** What the page says about actions, newest last: `{ id, text, severity }`. */
  notices = [];
  /** The server's clock minus ours, milliseconds. */
  skew = 0;

  /** What the judge knew, by rollout: points, oldest first. */
  #evidence = new Map();
  /** What the autoscaler told last, by application. */
  #scaling = new Map();
  #series = new Map();
  #known = new Set();
  #scheduled = false;
  #draw;

  constructor(draw) {
    this.#draw = draw;
  }

  changed() {
    if (this.#scheduled) return;
    this.#scheduled = true;
    const run = () => {
      this.#scheduled = false;
      this.#draw(this);
    };
    if (document.hidden) setTimeout(run, 100);
    else requestAnimationFrame(run);
  }

  get now() {
    return Date.now() + this.skew;
  }

  get applications() {
    return this.report?.applications ?? [];
  }

  get application() {
    return this.applications.find(application => application.name === this.chosen) ?? null;
  }

  get mayOperate() {
    return this.session !== null && this.session.role !== 'viewer';
  }

  takeReport(report) {
    this.report = report;
    this.skew = Date.parse(report.at) - Date.now();
    for (const { rollout } of report.applications) if (rollout?.course?.evidence) this.takeEvidence(rollout.id, [rollout.course.evidence]);
    if (!this.application) this.chosen = mostInteresting(this.applications);
    this.changed();
  }

  takeEvents(events) {
    let added = false;
    for (const event of events) {
      if (this.#known.has(event.sequence)) continue;
      this.#known.add(event.sequence);
      this.events.push(event);
      added = true;
    }

    if (!added) return;
    this.events.sort((a, b) => b.sequence - a.sequence);
    for (const old of this.events.splice(MOST_EVENTS)) this.#known.delete(old.sequence);
    this.changed();
  }

  takeHistory(histories) {
    for (const history of histories) this.series(history.application).take(history);
    this.changed();
  }

  takeScaling(pictures) {
    for (const picture of pictures) this.#scaling.set(picture.application, picture);
    this.changed();
  }

  scaling(application) {
    return this.#scaling.get(application) ?? null;
  }

  takeEvidence(rollout, points) {
    const known = this.evidence(rollout);
    const added = points.filter(point => !known.some(other => other.at === point.at));
    if (added.length === 0) return;
    this.#evidence.set(rollout, [...known, ...added].sort((a, b) => Date.parse(a.at) - Date.parse(b.at)).slice(-MOST_POINTS));
    this.changed();
  }

  evidence(rollout) {
    return this.#evidence.get(rollout) ?? [];
  }

  series(application) {
    if (!this.#series.has(application)) this.#series.set(application, new Series());
    return this.#series.get(application);
  }

  connect(name, detail = null) {
    if (name === this.connection.name && detail === this.connection.detail) return;
    this.connection = { name, detail, since: name === this.connection.name ? this.connection.since : Date.now() };
    this.changed();
  }

  notice(text, severity = 'info') {
    const notice = { id: crypto.randomUUID?.() ?? String(Math.random()), text, severity };
    this.notices = [...this.notices.slice(-2), notice];
    this.changed();
    setTimeout(() => {
      this.notices = this.notices.filter(other => other !== notice);
      this.changed();
    }, 12_000);
  }
}
