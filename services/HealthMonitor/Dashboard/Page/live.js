// Keeps the page live: one stream of server-sent events, resumed where it broke off; polls, never two at a time, while there is no
// stream; nothing at all while nobody looks.
//
//   connecting ──open──▶ live ──error or silence──▶ lost (polling, stream tried again) ──open──▶ live
//        ▲                 │
//        └──visible── hidden / paused

import { get } from './api.js';

const SILENCE = 6_000;
const POLL_EVERY = 2_000;
const STREAM_AGAIN = 2_000;

export class Live {
  #on;
  #stream = null;
  #silence = 0;
  #again = 0;
  #poll = 0;
  #polling = null;
  #lastEvent = null;
  #wanted = true;

  /** @param on { status(name, detail), state(report), event(event), samples(list), scaling(pictures), poll(signal), ended() } */
  constructor(on) {
    this.#on = on;
    document.addEventListener('visibilitychange', () => this.#follow());
  }

  /** Where to resume. */
  set lastEvent(sequence) {
    this.#lastEvent = Math.max(this.#lastEvent ?? 0, sequence);
  }

  start() {
    this.#wanted = true;
    this.#follow();
  }

  pause() {
    this.#wanted = false;
    this.#follow();
  }

  #follow() {
    if (this.#wanted && !document.hidden) {
      if (!this.#stream && !this.#polling) this.#open('connecting');
    } else {
      this.#close();
      this.#on.status('paused');
    }
  }

  #open(status) {
    clearTimeout(this.#again);
    this.#stream?.close();
    this.#on.status(status);
    const stream = new EventSource(this.#lastEvent === null ? '/dashboard/stream' : `/dashboard/stream?lastEventId=${this.#lastEvent}`);
    this.#stream = stream;
    this.#listen();
    stream.addEventListener('state', message => this.#heard(() => this.#on.state(JSON.parse(message.data))));
    stream.addEventListener('samples', message => this.#heard(() => this.#on.samples(JSON.parse(message.data))));
    stream.addEventListener('scaling', message => this.#heard(() => this.#on.scaling(JSON.parse(message.data))));
    stream.addEventListener('event', message => this.#heard(() => {
      this.lastEvent = Number(message.lastEventId);
      this.#on.event(JSON.parse(message.data));
    }));
    stream.addEventListener('error', () => {
      if (stream === this.#stream) this.#lost();
    });
  }

  #heard(take) {
    this.#listen();
    this.#stopPolling();
    this.#on.status('live');
    take();
  }

  /** A connection may die without an error: a proxy that forgot us, a machine that slept. */
  #listen() {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => this.#lost(), SILENCE);
  }

  #lost() {
    clearTimeout(this.#silence);
    this.#stream?.close();
    this.#stream = null;
    this.#on.status('lost');
    clearTimeout(this.#again);
    this.#again = setTimeout(() => this.#open('lost'), STREAM_AGAIN);
    if (!this.#polling) this.#pollOnce();
  }

  async #pollOnce() {
    const turn = new AbortController();
    this.#polling = turn;
    try {
      await this.#on.poll(turn.signal);
      if (turn === this.#polling) this.#on.status('polling');
    } catch (failure) {
      if (failure.name === 'AbortError') return;
      if (failure.status === 401) {
        this.#close();
        this.#on.ended();
        return;
      }

      if (turn === this.#polling) this.#on.status('lost', failure.status ? failure.message : undefined);
    }

    if (turn === this.#polling) this.#poll = setTimeout(() => this.#pollOnce(), POLL_EVERY);
  }

  #stopPolling() {
    clearTimeout(this.#poll);
    this.#polling?.abort();
    this.#polling = null;
  }

  #close() {
    clearTimeout(this.#silence);
    clearTimeout(this.#again);
    this.#stopPolling();
    this.#stream?.close();
    this.#stream = null;
  }
}

/** Everything that a poll, or the first look, asks for. */
export function look(signal) {
  return get('/dashboard/state', signal);
}
