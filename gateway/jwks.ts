import type { JsonWebKey, KeyObject } from "node:crypto";
import { algorithmOfJwk, isJwksUrl, type KeyAlgorithm, publicKey } from "../directory/key.js";
import type { Clock } from "../lib/clock.js";
import { DeskError } from "../lib/errors.js";
import type { Logger } from "../lib/log.js";

/** What verifies a token, and the only algorithm it verifies with. */
export interface VerifyingKey {
  readonly id: string | undefined;
  readonly algorithm: KeyAlgorithm;
  readonly key: KeyObject;
}

export interface JwksOptions {
  readonly clock: Clock;
  readonly log: Logger;
  /** Keys are read again when they are older than this. */
  readonly jwksMaxAgeMs: number;
  /** A set is not asked for more often than this, whatever tokens say. */
  readonly jwksCooldownMs: number;
  /** While it cannot be read, the keys read last are good for this much longer. */
  readonly jwksStaleMs: number;
}

/** An answer that takes longer is none. */
const ANSWER_MS = 3_000;
const BYTES_MAX = 64 * 1_024;
const KEYS_MAX = 100;
/** Sets kept; beyond it the cache starts over. */
const SETS_MAX = 10_000;

interface KeySet {
  keys: readonly VerifyingKey[];
  read_at: number;
  tried_at: number;
  reading: Promise<void> | undefined;
}

/**
 * The sites' published keys (JWK Sets, RFC 7517), read when a token needs them.
 *
 * A token never says where: the address comes from the tenant's row. All it can do is make us look again there, once per cooldown.
 */
export class Jwks {
  readonly #options: JwksOptions;
  readonly #sets = new Map<string, KeySet>();

  constructor(options: JwksOptions) {
    this.#options = options;
  }

  /**
   * The set's keys for this algorithm: the one called `kid`, or all when a token names none. A kid that is not there is looked for again.
   * Rejects with `unavailable` when the set cannot be read, and what was read before is too old.
   */
  async find(url: string, algorithm: KeyAlgorithm, kid: string | undefined): Promise<readonly VerifyingKey[]> {
    const set = this.#set(url);
    const { jwksMaxAgeMs, jwksStaleMs } = this.#options;
    if (this.#age(set) >= jwksMaxAgeMs) await this.#read(url, set);
    const fits = (each: VerifyingKey): boolean => each.algorithm === algorithm && (kid === undefined || each.id === kid);
    if (!set.keys.some(fits)) await this.#read(url, set);
    if (this.#age(set) >= jwksMaxAgeMs + jwksStaleMs) throw this.#unavailable(set);
    return set.keys.filter(fits);
  }

  #set(url: string): KeySet {
    const there = this.#sets.get(url);
    if (there) return there;
    if (this.#sets.size >= SETS_MAX) this.#sets.clear();
    const set: KeySet = { keys: [], read_at: Number.NEGATIVE_INFINITY, tried_at: Number.NEGATIVE_INFINITY, reading: undefined };
    this.#sets.set(url, set);
    return set;
  }

  #age({ read_at }: KeySet): number {
    return this.#options.clock.monotonic() - read_at;
  }

  /** Once for all who ask meanwhile, and not again within the cooldown. Never rejects. */
  #read(url: string, set: KeySet): Promise<void> {
    if (set.reading) return set.reading;
    if (this.#cooling(set) > 0) return Promise.resolve();
    set.tried_at = this.#options.clock.monotonic();
    set.reading = this.#fetch(url)
      .then((keys) => {
        set.keys = keys;
        set.read_at = set.tried_at;
      })
      .catch((err: unknown) => this.#options.log.warn({ err, url }, "a site's keys cannot be read; those read before are used"))
      .finally(() => {
        set.reading = undefined;
      });
    return set.reading;
  }

  #cooling({ tried_at }: KeySet): number {
    return Math.max(0, tried_at + this.#options.jwksCooldownMs - this.#options.clock.monotonic());
  }

  #unavailable(set: KeySet): DeskError {
    return new DeskError("unavailable", "The site's keys cannot be read.", Math.max(1, Math.ceil(this.#cooling(set))));
  }

  async #fetch(url: string): Promise<readonly VerifyingKey[]> {
    if (!isJwksUrl(url)) throw new TypeError("not https, and not on this machine");
    const late = new AbortController();
    const timer = this.#options.clock.after(ANSWER_MS, () => late.abort(new Error(`no answer within ${ANSWER_MS} ms`)));
    try {
      const answer = await fetch(url, { signal: late.signal, redirect: "error", headers: { accept: "application/json" } });
      if (!answer.ok || !answer.body) throw new Error(`the answer is ${answer.status}`);
      return keysOf(JSON.parse(await bounded(answer.body)));
    } finally {
      timer.cancel();
    }
  }
}

async function bounded(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > BYTES_MAX) throw new Error(`the answer is over ${BYTES_MAX} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** Those that verify here; a set may hold others, for other uses. */
function keysOf(set: unknown): readonly VerifyingKey[] {
  const { keys } = (set ?? {}) as { readonly keys?: unknown };
  if (!Array.isArray(keys) || keys.length > KEYS_MAX) throw new Error(`not a set of at most ${KEYS_MAX} keys`);
  return keys.flatMap((jwk: unknown) => verifying(jwk));
}

function verifying(jwk: unknown): readonly VerifyingKey[] {
  if (typeof jwk !== "object" || jwk === null) return [];
  const algorithm = algorithmOfJwk(jwk as JsonWebKey);
  const key = algorithm && publicKey(jwk as JsonWebKey);
  const { kid } = jwk as { readonly kid?: unknown };
  return key ? [{ id: typeof kid === "string" ? kid : undefined, algorithm, key }] : [];
}
