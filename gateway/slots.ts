import type { Clock } from "../lib/clock.js";
import { TokenBucket } from "../lib/token-bucket.js";

/** Nobody is sent away for longer; beyond it the slots begin anew beside those that were given out. */
const AWAY_MS_MAX = 30_000;

/**
 * A token bucket for many who come at once: each refused one is given a slot of its own to come back at, one after another as the bucket fills,
 * so that a crowd does not come back as one.
 */
export class Slots {
  readonly #clock: Clock;
  readonly #bucket: TokenBucket;
  readonly #step_ms: number;
  #next_ms = 0;

  constructor(clock: Clock, limit: { readonly per_s: number; readonly burst: number }) {
    this.#clock = clock;
    this.#bucket = new TokenBucket(clock, limit);
    this.#step_ms = 1_000 / limit.per_s;
  }

  /** Takes one and answers 0, or answers after how many ms to come again. */
  take(): number {
    const wait_ms = this.#bucket.take();
    if (wait_ms === 0) return 0;
    const now_ms = this.#clock.monotonic();
    const over = this.#next_ms < now_ms || this.#next_ms + this.#step_ms > now_ms + AWAY_MS_MAX;
    this.#next_ms = over ? now_ms + wait_ms : this.#next_ms + this.#step_ms;
    return Math.ceil(this.#next_ms - now_ms);
  }
}
