import type { Clock, Timer } from "./clock.js";
import { turn } from "./turn.js";

interface Due {
  at: number;
  readonly serial: number;
  readonly run: () => void;
  readonly period_ms?: number;
}

/**
 * A clock that stands still until a test moves it. Timers run in the order of their due times, those of one instant in the order they
 * were set, and what a timer sets in motion without I/O is finished before the next one runs.
 */
export class FakeClock implements Clock {
  readonly #due = new Set<Due>();
  #time_ms: number;
  #monotonic_ms = 0;
  #serial = 0;

  constructor(start_ms = 1_700_000_000_000) {
    this.#time_ms = start_ms;
  }

  now(): number {
    return this.#time_ms;
  }

  monotonic(): number {
    return this.#monotonic_ms;
  }

  after(delay_ms: number, run: () => void): Timer {
    return this.#set({ at: this.#monotonic_ms + Math.max(0, delay_ms), serial: this.#serial++, run });
  }

  every(period_ms: number, run: () => void): Timer {
    return this.#set({ at: this.#monotonic_ms + Math.max(1, period_ms), serial: this.#serial++, run, period_ms: Math.max(1, period_ms) });
  }

  /** How many timers are set. */
  get timers(): number {
    return this.#due.size;
  }

  /** Moves the wall clock alone, as an administrator might; timers and `monotonic` do not notice. */
  jump(by_ms: number): void {
    this.#time_ms += by_ms;
  }

  async advance(by_ms: number): Promise<void> {
    const end = this.#monotonic_ms + by_ms;
    await turn();
    for (let next = this.#next(end); next; next = this.#next(end)) {
      this.#moveTo(next.at);
      this.#fire(next);
      await turn();
    }
    this.#moveTo(end);
  }

  #set(due: Due): Timer {
    this.#due.add(due);
    return { cancel: () => void this.#due.delete(due) };
  }

  #next(end: number): Due | undefined {
    const ripe = [...this.#due].filter((due) => due.at <= end);
    return ripe.sort((a, b) => a.at - b.at || a.serial - b.serial)[0];
  }

  #fire(due: Due): void {
    if (due.period_ms === undefined) this.#due.delete(due);
    else due.at += due.period_ms;
    due.run();
  }

  #moveTo(at: number): void {
    this.#time_ms += at - this.#monotonic_ms;
    this.#monotonic_ms = at;
  }
}
