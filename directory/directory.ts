import type { Hours } from "./hours.js";
import type { KeyAlgorithm } from "./key.js";

/**
 * Directory: what the desk is. Versioned rows with compare-and-set, by (kind, tenant, id).
 *
 * Consistency: a write that resolved is seen by every later `get` of this port; a cached reader sees it within 5 s.
 * Durable when it resolves. Every call rejects with `unavailable` when the store does not answer.
 */
export interface Directory {
  get<K extends RowKind>(kind: K, tenant: string, id: string): Promise<Row<RowValues[K]> | undefined>;
  list<K extends RowKind>(kind: K, tenant: string): Promise<readonly Row<RowValues[K]>[]>;

  /**
   * Writes the row if its version is `expect` (0: there is none yet) and answers the new version, one higher. Rejects with `conflict`
   * when the version differs, and then nothing is written.
   */
  put<K extends RowKind>(kind: K, tenant: string, id: string, value: RowValues[K], expect: number): Promise<number>;

  /** Takes the row away if its version is `expect`; rejects with `conflict` otherwise. A row put under its name later begins at version 1. */
  remove(kind: RowKind, tenant: string, id: string, expect: number): Promise<void>;

  /** A number that rises with every `put` and `remove` anywhere, so that a cache can ask cheaply whether it is old. */
  revision(): Promise<number>;
}

export interface Row<T> {
  readonly id: string;
  readonly version: number;
  readonly value: T;
}

/** `tenant` rows and `topic` rows of a tenant are listed under that tenant's id; tenants themselves under the empty tenant. */
export interface RowValues {
  readonly tenant: Tenant;
  readonly key: Key;
  readonly topic: Topic;
  readonly account: Account;
  readonly revocation: Revocation;
  readonly ban: Ban;
}

export type RowKind = keyof RowValues;

export interface Tenant {
  readonly name: string;
  readonly disabled?: boolean;
  /** Exact origins whose pages may speak for this tenant. */
  readonly origins: readonly string[];
  readonly default_topic: string;
  readonly languages: readonly string[];
  readonly theme?: Readonly<Record<string, string>>;
  /** Issuer of the site's own tokens; without one none is good. */
  readonly issuer?: string;
  /** Where the public keys of those tokens are read, besides its `key` rows. */
  readonly jwks_url?: string;
  /** A timed-out offer sets the agent away. Default true. */
  readonly away_on_missed_offer?: boolean;
}

/** A key of the site's own tokens, under the `kid` they name it by; its algorithm is fixed. */
export interface Key {
  readonly algorithm: KeyAlgorithm;
  /** The shared secret (HS256) or the public key (JWK). */
  readonly material: string;
  readonly disabled?: boolean;
  readonly created_at: number;
}

export interface Topic {
  readonly name: Readonly<Record<string, string>>;
  readonly disabled?: boolean;
  /** After closing, `open {ask}` on this topic reopens the conversation within this time. Unset: as the router's settings say. */
  readonly reopen_window_ms?: number;
  /** Time to accept an offer. Unset: as the router's settings say. */
  readonly offer_timeout_ms?: number;
  /** Skills every conversation of this topic asks for, besides its own. */
  readonly skills: readonly string[];
  /** When it is open. Unset: at all times. */
  readonly hours?: Hours;
  /** Agents may pick who waits. */
  readonly manual_pick?: boolean;
}

export interface Account {
  readonly name: string;
  readonly role: "agent" | "supervisor" | "bot";
  readonly disabled?: boolean;
  /** scrypt hash in the form `scrypt$N$r$p$salt$hash`, base64url. */
  readonly password: string;
  readonly skills: readonly string[];
  /** Topics this account serves; `*` for all of them. */
  readonly topics: readonly string[];
  readonly capacity: number;
  readonly capacity_max: number;
  /** The well-known password of the demo; the server then listens on loopback only. */
  readonly demo?: boolean;
}

/** Tokens of this user (id) or of the whole tenant (`*`) issued before `not_before` (ms) are worth nothing. */
export interface Revocation {
  readonly not_before: number;
}

/** A visitor (id) that is kept out: until that time (ms), or for good. */
export interface Ban {
  readonly until?: number;
}
