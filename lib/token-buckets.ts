import type { Clock } from "./clock.js";
import { TokenBucket } from "./token-bucket.js";

/** Buckets remembered of one kind; beyond it the longest unused are forgotten early. */
const KEYS_MAX = 100_000;

/**
 * One {@link TokenBucket} per key. A key that was not used for as long as its bucket takes to fill is forgotten, because a new bucket is as full;
 * so memory holds those who are at it, and each take costs the same however many they are.
 *
 * Two generations make that cheap: what is used moves to the young one, and from time to time the old one is dropped whole. Source: the idea of
 * generational garbage collection (Lieberman and Hewitt, "A real-time garbage collector based on the lifetimes of objects", CACM, June 1983).
 */
export class TokenBuckets {
  readonly #clock: Clock;
  readonly #limit: { readonly per_s: number; readonly burst: number };
  readonly #keysMax: number;
  readonly #rest_ms: number;
  #young = new Map<string, TokenBucket>();
  #old = new Map<string, TokenBucket>();
  #since_ms: number;

  constructor(clock: Clock, limit: { readonly per_s: number; readonly burst: number }, keysMax = KEYS_MAX) {
    this.#clock = clock;
    this.#limit = limit;
    this.#keysMax = keysMax;
    this.#rest_ms = (limit.burst / limit.per_s) * 1_000;
    this.#since_ms = clock.monotonic();
  }

  /** Keys that are remembered. */
  get size(): number {
    return this.#young.size + this.#old.size;
  }

  /** As {@link TokenBucket.take}. */
  take(key: string, n = 1): number {
    const now_ms = this.#clock.monotonic();
    if (now_ms - this.#since_ms > this.#rest_ms || this.#young.size >= this.#keysMax / 2) this.#age(now_ms);
    return (this.#young.get(key) ?? this.#moved(key)).take(n);
  }

  #age(now_ms: number): void {
    this.#old = this.#young;
    this.#young = new Map();
    this.#since_ms = now_ms;
  }

  #moved(key: string): TokenBucket {
    const bucket = this.#old.get(key) ?? new TokenBucket(this.#clock, this.#limit);
    this.#old.delete(key);
    this.#young.set(key, bucket);
    return bucket;
  }
}
