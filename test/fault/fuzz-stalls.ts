import type { Said } from "./steady-talker.js";

const LOOK_MS = 5;
/** Longer than a scheduler makes one wait for its turn among few. */
const STALL_MS = 25;

/**
 * Times in which this very process was not run: others had the machine, or it stood still. What was under way then says nothing of the server,
 * in calm and under attack alike.
 */
export class Stalls {
  readonly #stalls: (readonly [from_ms: number, to_ms: number])[] = [];
  #last_ms = performance.now();
  readonly #timer = setInterval(() => this.#look(), LOOK_MS);

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Whether none of them fell into this answer's time. */
  spared({ at_ms, took_ms }: Said): boolean {
    return !this.#stalls.some(([from_ms, to_ms]) => from_ms < at_ms + took_ms && to_ms > at_ms);
  }

  #look(): void {
    const now_ms = performance.now();
    if (now_ms - this.#last_ms > LOOK_MS + STALL_MS) this.#stalls.push([this.#last_ms, now_ms]);
    this.#last_ms = now_ms;
  }
}
