import { type Networks, networkOf } from "../lib/address.js";
import type { Clock } from "../lib/clock.js";
import { DeskError } from "../lib/errors.js";
import type { Counts, Metrics } from "../lib/metrics.js";
import type { Rate } from "../lib/setting.js";
import { TokenBuckets } from "../lib/token-buckets.js";
import type { Session } from "./session.js";

export interface BudgetOptions {
  readonly rate: Rate;
  readonly clock: Clock;
  readonly refused: Counts;
  /** What a caller is counted as; undefined for one who is not counted. */
  readonly counts?: (caller: string) => string | undefined;
}

/** What each caller may do in a time. Whoever goes beyond pays alone, and is told when to go on. */
export class Budget {
  readonly #buckets: TokenBuckets;
  readonly #refused: Counts;
  readonly #counts: (caller: string) => string | undefined;

  constructor({ rate, clock, refused, counts = (caller) => caller }: BudgetOptions) {
    this.#buckets = new TokenBuckets(clock, bucketOf(rate));
    this.#refused = refused;
    this.#counts = counts;
  }

  /** 0 when it is granted; else nothing is taken, and it will be after so many ms. */
  wait(caller: string): number {
    const key = this.#counts(caller);
    const wait_ms = key === undefined ? 0 : this.#buckets.take(key);
    if (wait_ms > 0) this.#refused.inc();
    return wait_ms;
  }

  /** Throws `rate_limited` with when to go on. */
  take(caller: string): void {
    const wait_ms = this.wait(caller);
    if (wait_ms > 0) throw new DeskError("rate_limited", undefined, wait_ms);
  }
}

export function bucketOf({ count, per_ms }: Rate): { readonly per_s: number; readonly burst: number } {
  return { per_s: (count * 1_000) / per_ms, burst: count };
}

/** Counts addresses by the network one party holds; exempt ones not at all. */
export function byNetwork(exempt: Pick<Networks, "has">): (address: string) => string | undefined {
  return (address) => (exempt.has(address) ? undefined : networkOf(address));
}

/** What a user is counted as, on whichever socket or call. */
export function userKey({ tenant, user }: Session): string {
  return JSON.stringify([tenant, user.id]);
}

/** Refusals by each limit, under its name. */
export function refusals(metrics: Metrics): (limit: string) => Counts {
  return metrics.counterBy("gateway_limited_total", "Refusals by a limit, by its name", "limit");
}
