import type { Clock } from "../lib/clock.js";
import { DeskError } from "../lib/errors.js";
import { TokenBucket } from "../lib/token-bucket.js";
import type { Session } from "./session.js";

interface Rate {
  readonly bucket: TokenBucket;
  used_at: number;
}

/** Over HTTP a user sends as fast as over one socket, no matter by how many calls. */
export class SendRates {
  readonly #clock: Clock;
  readonly #limit: { readonly per_s: number; readonly burst: number };
  /** By last use, so that those who have rested stand in front. */
  readonly #rates = new Map<string, Rate>();

  constructor(clock: Clock, limit: { readonly per_s: number; readonly burst: number }) {
    this.#clock = clock;
    this.#limit = limit;
  }

  /** Throws `rate_limited`, with when to go on. */
  take({ tenant, user }: Session): void {
    const wait_ms = this.#rateOf(JSON.stringify([tenant, user.id])).bucket.take();
    this.#forgetRested();
    if (wait_ms > 0) throw new DeskError("rate_limited", undefined, wait_ms);
  }

  #rateOf(key: string): Rate {
    const rate = this.#rates.get(key) ?? { bucket: new TokenBucket(this.#clock, this.#limit), used_at: 0 };
    rate.used_at = this.#clock.monotonic();
    this.#rates.delete(key);
    this.#rates.set(key, rate);
    return rate;
  }

  /** After this rest a bucket is full, as a new one is. */
  #forgetRested(): void {
    const { per_s, burst } = this.#limit;
    const rested = this.#clock.monotonic() - (burst / per_s) * 1_000;
    for (const [key, { used_at }] of this.#rates) {
      if (used_at >= rested) return;
      this.#rates.delete(key);
    }
  }
}
