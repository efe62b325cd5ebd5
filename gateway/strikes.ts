import type { Clock } from "../lib/clock.js";

export interface StrikeLimits {
  /** Failures that cost nothing. */
  readonly free: number;
  /** After one more; each further one makes it twice as long. */
  readonly wait_ms: number;
  readonly wait_ms_max: number;
}

interface Struck {
  readonly count: number;
  /** Monotonic: nothing may be tried before. */
  readonly until: number;
}

/** Keys remembered; beyond it those struck longest ago are forgotten. */
const KEYS_MAX = 50_000;

/** Failures by key, and how long each key has to wait for them. Forgotten when none came for the longest wait after the last wait's end. */
export class Strikes {
  readonly #clock: Clock;
  readonly #limits: StrikeLimits;
  /** By the last failure, the oldest first. */
  readonly #struck = new Map<string, Struck>();

  constructor(clock: Clock, limits: StrikeLimits) {
    this.#clock = clock;
    this.#limits = limits;
  }

  get size(): number {
    return this.#struck.size;
  }

  /** For how many ms (whole) the key has to wait; 0 when it may try. */
  wait(key: string): number {
    return Math.max(0, Math.ceil((this.#of(key)?.until ?? 0) - this.#clock.monotonic()));
  }

  strike(key: string): void {
    const count = (this.#of(key)?.count ?? 0) + 1;
    this.#set(key, { count, until: this.#clock.monotonic() + this.#waitAfter(count) });
  }

  /** Takes one failure back, and the wait it brought. */
  forgive(key: string): void {
    const struck = this.#of(key);
    if (!struck) return;
    const count = struck.count - 1;
    if (count === 0) this.#struck.delete(key);
    else this.#set(key, { count, until: struck.until - this.#waitAfter(struck.count) + this.#waitAfter(count) });
  }

  clear(key: string): void {
    this.#struck.delete(key);
  }

  #of(key: string): Struck | undefined {
    const struck = this.#struck.get(key);
    if (!struck || this.#clock.monotonic() < struck.until + this.#limits.wait_ms_max) return struck;
    this.#struck.delete(key);
    return undefined;
  }

  #set(key: string, struck: Struck): void {
    this.#struck.delete(key);
    this.#struck.set(key, struck);
    if (this.#struck.size <= KEYS_MAX) return;
    const [oldest = ""] = this.#struck.keys();
    this.#struck.delete(oldest);
  }

  #waitAfter(count: number): number {
    const { free, wait_ms, wait_ms_max } = this.#limits;
    return count <= free ? 0 : Math.min(wait_ms_max, wait_ms * 2 ** (count - free - 1));
  }
}
