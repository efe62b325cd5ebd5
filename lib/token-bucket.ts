import type { Clock } from "./clock.js";

/**
 * Token bucket: `burst` at once after a rest, `per_s` for ever. Starts full.
 *
 * Source: Turner, "New directions in communications", IEEE Communications Magazine, October 1986 (the leaky bucket as a meter).
 */
export class TokenBucket {
  readonly #clock: Clock;
  readonly #per_ms: number;
  readonly #burst: number;
  #tokens: number;
  #at: number;

  constructor(clock: Clock, { per_s, burst }: { readonly per_s: number; readonly burst: number }) {
    this.#clock = clock;
    this.#per_ms = per_s / 1000;
    this.#burst = burst;
    this.#tokens = burst;
    this.#at = clock.monotonic();
  }

  /** Takes n (≤ burst) and answers 0, or takes nothing and answers after how many ms (whole, ≥ 1) they will be there. */
  take(n = 1): number {
    this.#refill();
    if (this.#tokens >= n) {
      this.#tokens -= n;
      return 0;
    }
    return Math.max(1, Math.ceil((n - this.#tokens) / this.#per_ms));
  }

  #refill(): void {
    const at = this.#clock.monotonic();
    this.#tokens = Math.min(this.#burst, this.#tokens + (at - this.#at) * this.#per_ms);
    this.#at = at;
  }
}
