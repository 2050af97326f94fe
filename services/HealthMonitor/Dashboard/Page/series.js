// Per-second figures of one application: a window of seconds that old ones leave at one end.

export const NAMES = ['requestsPerSecond', 'errorsPerSecond', 'p50Milliseconds', 'p95Milliseconds', 'p99Milliseconds', 'wantedReplicas', 'readyReplicas', 'neededReplicas', 'shadowReplicas'];

/** What the server keeps. */
export const LONGEST_SECONDS = 15 * 60;

export class Series {
  #rows = new Map();

  /** Takes a history answer: arrays whose element i is the second `from + i`. */
  take(history) {
    const first = Math.round(Date.parse(history.from) / 1000);
    const length = history[NAMES[0]].length;
    for (let i = 0; i < length; i++) {
      const row = NAMES.map(name => history[name][i] ?? null);
      const old = this.#rows.get(first + i);

      // A later answer knows more of a second, never less.
      this.#rows.set(first + i, old ? row.map((value, n) => value ?? old[n]) : row);
    }

    const oldest = first + length - LONGEST_SECONDS;
    for (const second of this.#rows.keys()) if (second < oldest) this.#rows.delete(second);
  }

  /** Columns for a chart: the seconds, then one column per name, from `from` to `to`, with null where nothing was measured. */
  columns(names, from, to) {
    const columns = [[], ...names.map(() => [])];
    const indexes = names.map(name => NAMES.indexOf(name));
    for (let second = from; second <= to; second++) {
      const row = this.#rows.get(second);
      columns[0].push(second);
      indexes.forEach((index, n) => columns[n + 1].push(row ? row[index] : null));
    }

    return columns;
  }

  /** The same in rows of `step` seconds, newest first: the largest value of each step, so that no spike hides. */
  table(names, from, to, step) {
    const rows = [];
    const [seconds, ...columns] = this.columns(names, from, to);
    for (let end = seconds.length; end > 0; end -= step) {
      const begin = Math.max(0, end - step);
      const values = columns.map(column => column.slice(begin, end).reduce((most, value) => (value === null ? most : Math.max(most ?? value, value)), null));
      if (values.some(value => value !== null)) rows.push({ at: seconds[begin] * 1000, values });
    }

    return rows;
  }
}
