import type { Database, Key, RootDatabase } from "lmdb";
import { openSynced } from "../lib/synced-lmdb.js";
import type { Position } from "../proto/position.js";
import type { Entry, Mark } from "../timeline/entry.js";
import type { Decision, VisitorRecord } from "../timeline/record.js";
import type { Summary } from "./summary.js";

/**
 * An entry under its key, which holds the rest of it, with the hash of its content where a recall took that; null where only an unreadable record took the position.
 */
export type Kept = (Omit<Entry, "tenant" | "c" | "pos"> & { readonly hash?: string }) | null;

/** The named databases of the store, all in one environment. Keys are arrays, ordered element by element. */
export interface Tables {
  readonly env: RootDatabase;
  /** [tenant, c, epoch, n] */
  readonly rows: Database<Kept, Key>;
  /** [tenant, c, from, mid] -> position */
  readonly mids: Database<Position, Key>;
  /** [tenant, c, from, mid] of what its sender withdrew */
  readonly recalled: Database<true, Key>;
  /** [tenant, c] */
  readonly summaries: Database<Summary, Key>;
  /** [tenant, updated_at, c] */
  readonly byTenant: Database<true, Key>;
  /** [tenant, member, updated_at, c] */
  readonly byMember: Database<true, Key>;
  /** [tenant, c, user] */
  readonly marks: Database<Mark, Key>;
  /** [tenant, id] */
  readonly visitors: Database<{ readonly offset: number; readonly visitor: VisitorRecord }, Key>;
  /** [tenant, c, at, id] */
  readonly decisions: Database<Decision, Key>;
  /** [partition, offset] */
  readonly dead: Database<{ readonly reason: string; readonly bytes: Uint8Array }, Key>;
  /** partition -> offset */
  readonly passed: Database<number, Key>;
}

export function openTables(path: string): Tables {
  const env = openSynced(path, 16);
  const table = <V>(name: string): Database<V, Key> => env.openDB<V, Key>({ name });
  return {
    env,
    rows: table("rows"),
    mids: table("mids"),
    recalled: table("recalled"),
    summaries: table("summaries"),
    byTenant: table("conversations_by_tenant"),
    byMember: table("conversations_by_member"),
    marks: table("marks"),
    visitors: table("visitors"),
    decisions: table("decisions"),
    dead: table("dead_letters"),
    passed: table("passed"),
  };
}

/** An id as part of a key. Ids are any text; a key part is not: control characters and lone surrogates would fall together. */
export function part(id: string): string {
  return JSON.stringify(id).slice(1, -1);
}

export function midKey(tenant: string, c: string, from: string, mid: string): Key {
  return [part(tenant), part(c), part(from), part(mid)];
}

export function rowKey(tenant: string, c: string, pos: Position): Key {
  return [part(tenant), part(c), pos[0], pos[1]];
}

/** The newest epoch of a conversation whose entry 1 is stored. */
export function latestEpoch(rows: Tables["rows"], tenant: string, c: string): number | undefined {
  const conversation = [part(tenant), part(c)];
  let above = Number.POSITIVE_INFINITY;
  for (;;) {
    const [key] = rows.getKeys({ start: [...conversation, above], end: conversation, reverse: true, limit: 1 });
    if (key === undefined) return undefined;
    const epoch = (key as number[])[2] as number;
    if (rows.doesExist([...conversation, epoch, 1])) return epoch;
    above = epoch;
  }
}
