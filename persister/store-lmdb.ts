import type { Key } from "lmdb";
import { DeskError, refuse } from "../lib/errors.js";
import type { Logger } from "../lib/log.js";
import { closeSynced, writeAside } from "../lib/synced-lmdb.js";
import type { Position } from "../proto/position.js";
import type { Mark } from "../timeline/entry.js";
import type { Decision, VisitorRecord } from "../timeline/record.js";
import { BatchWrite } from "./batch-lmdb.js";
import type { ConversationRow, ConversationsQuery, DeadLetter, RowsQuery, Store, StoreBatch, StoredRow } from "./store.js";
import { rowOf } from "./summary.js";
import { type Kept, latestEpoch, midKey, openTables, part, rowKey, type Tables } from "./tables-lmdb.js";
import { isWanted } from "./wanted.js";

/** Rows of the index one list call looks at before it answers with what it has, and a cursor. */
const SCAN_ROWS_MAX = 500;

export interface StoreOptions {
  /** Folder of the store. One process at a time may use it. */
  readonly path: string;
  readonly log: Logger;
}

/**
 * The store on this machine's disk: each batch is one transaction, synced before it counts. The disk is waited for on lmdb's own thread: this
 * one has sockets to serve.
 */
export function openStore(options: StoreOptions): LmdbStore {
  return new LmdbStore(options);
}

export class LmdbStore implements Store {
  readonly #tables: Tables;
  readonly #log: Logger;
  #open = true;

  constructor({ path, log }: StoreOptions) {
    this.#tables = openTables(path);
    this.#log = log;
  }

  async write(batch: StoreBatch): Promise<readonly DeadLetter[]> {
    this.#mustBeOpen();
    return this.#known(() => writeAside(this.#tables.env, () => new BatchWrite(this.#tables, batch).run()));
  }

  async passed(partition: number): Promise<number> {
    this.#mustBeOpen();
    return this.#tables.passed.get(partition) ?? -1;
  }

  async rows({ tenant, c, before, after, limit }: RowsQuery): Promise<readonly StoredRow[]> {
    this.#mustBeOpen();
    const low: Key = after ? rowKey(tenant, c, after) : [part(tenant), part(c)];
    const high: Key = before ? rowKey(tenant, c, before) : [part(tenant), part(c), Number.POSITIVE_INFINITY];
    const range = after ? { start: low, end: high, exclusiveStart: true } : { start: high, end: low, exclusiveStart: true, reverse: true };
    const found = this.#tables.rows.getRange({ ...range, limit });
    const rows = Array.from(found, ({ key, value }) => storedRow(tenant, c, key as Key[], value));
    return after ? rows : rows.reverse();
  }

  async find(tenant: string, c: string, from: string, mid: string): Promise<StoredRow | undefined> {
    this.#mustBeOpen();
    const pos = this.#tables.mids.get(midKey(tenant, c, from, mid));
    if (pos === undefined) return undefined;
    const key = rowKey(tenant, c, pos);
    return storedRow(tenant, c, key as Key[], this.#tables.rows.get(key) ?? null);
  }

  async begun(tenant: string, c: string, epoch: number): Promise<boolean> {
    this.#mustBeOpen();
    return this.#tables.rows.doesExist(rowKey(tenant, c, [epoch, 1]));
  }

  async latestEpoch(tenant: string, c: string): Promise<number | undefined> {
    this.#mustBeOpen();
    return latestEpoch(this.#tables.rows, tenant, c);
  }

  async conversation(tenant: string, c: string): Promise<ConversationRow | undefined> {
    this.#mustBeOpen();
    return this.#conversation(tenant, c);
  }

  async conversations(query: ConversationsQuery): Promise<{ readonly rows: readonly ConversationRow[]; readonly cursor?: string }> {
    this.#mustBeOpen();
    const { tenant, limit } = query;
    const member = query.member ?? query.visitor ?? query.agent;
    const prefix = member === undefined ? [part(tenant)] : [part(tenant), part(member)];
    const index = member === undefined ? this.#tables.byTenant : this.#tables.byMember;
    const start = query.cursor === undefined ? [...prefix, query.to ?? Number.POSITIVE_INFINITY] : [...prefix, ...readCursor(query.cursor)];
    const rows: ConversationRow[] = [];
    let looked = 0;
    for (const key of index.getKeys({ start, end: [...prefix, query.from ?? 0], reverse: true, exclusiveStart: true })) {
      const [at, c] = (key as Key[]).slice(-2) as [number, string];
      const row = this.#conversation(tenant, JSON.parse(`"${c}"`) as string);
      if (row && isWanted(row, query)) rows.push(row);
      if (rows.length === limit || ++looked === SCAN_ROWS_MAX) return { rows, cursor: writeCursor(at, c) };
    }
    return { rows };
  }

  async marks(tenant: string, c: string): Promise<readonly Mark[]> {
    this.#mustBeOpen();
    return Array.from(this.#tables.marks.getRange(under(tenant, c)), ({ value }) => value);
  }

  async visitor(tenant: string, id: string): Promise<VisitorRecord | undefined> {
    this.#mustBeOpen();
    return this.#tables.visitors.get([part(tenant), part(id)])?.visitor;
  }

  async decisions(tenant: string, c: string, limit: number): Promise<readonly Decision[]> {
    this.#mustBeOpen();
    const { start, end } = under(tenant, c);
    const newest = this.#tables.decisions.getRange({ start: end, end: start, reverse: true, limit });
    return Array.from(newest, ({ value }) => value).reverse();
  }

  async deadLetters(limit: number): Promise<readonly DeadLetter[]> {
    this.#mustBeOpen();
    return Array.from(this.#tables.dead.getRange({ limit }), ({ key, value }) => {
      const [partition, offset] = key as [number, number];
      return { partition, offset, ...value };
    });
  }

  /** Waits for writes under way. Calls after it reject with `unavailable`. */
  async close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    await closeSynced(this.#tables.env);
  }

  #conversation(tenant: string, c: string): ConversationRow | undefined {
    const summary = this.#tables.summaries.get([part(tenant), part(c)]);
    return summary && rowOf(tenant, c, summary);
  }

  /** lmdb throws from a callback of its own when it is used closed, which nobody could catch. */
  #mustBeOpen(): void {
    if (!this.#open) refuse("unavailable", "The store is closed.");
  }

  /** The disk's refusal, as `unavailable`: a full disk may have room again. */
  async #known<T>(write: () => T | Promise<T>): Promise<T> {
    try {
      return await write();
    } catch (error) {
      this.#log.error({ err: error }, "the store could not write");
      throw new DeskError("unavailable", "The store could not write.");
    }
  }
}

function storedRow(tenant: string, c: string, key: Key[], kept: Kept): StoredRow {
  const pos: Position = [key[2] as number, key[3] as number];
  if (kept === null) return { pos };
  const { hash, ...rest } = kept;
  return { pos, entry: { tenant, c, pos, ...rest }, ...(hash !== undefined && { hash }) };
}

function under(...ids: readonly string[]): { start: Key; end: Key } {
  const parts = ids.map(part);
  // A buffer sorts behind every text and number.
  return { start: parts, end: [...parts, Buffer.from([0xff])] };
}

function writeCursor(at: number, cPart: string): string {
  return `${at}.${Buffer.from(cPart).toString("base64url")}`;
}

/** Longer ones no answer gave, and no key takes. */
function readCursor(cursor: string): [number, string] {
  const [, at, c] = /^(\d{1,16})\.([\w-]{1,600})$/.exec(cursor) ?? refuse("bad_request", "This cursor is not one of ours.");
  return [Number(at), Buffer.from(c as string, "base64url").toString()];
}
