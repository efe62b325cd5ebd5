import type { Database, RootDatabase } from "lmdb";
import { Batcher } from "../lib/batcher.js";
import { type Clock, pause } from "../lib/clock.js";
import { DeskError } from "../lib/errors.js";
import type { Logger } from "../lib/log.js";
import { closeSynced, openSynced, writeAside } from "../lib/synced-lmdb.js";
import { turn } from "../lib/turn.js";
import type { BatchHandler, Consumption, Journal, RawRecord } from "./journal.js";
import { encodeRecord, type JournalRecord } from "./record.js";

export interface JournalLimits {
  readonly batchRecords: number;
  readonly batchBytes: number;
}

/** Records that wait for a write at the same time; more are refused with `busy`. */
const PENDING_MAX = 20_000;
/** Records handed to a consumer at once. */
const CONSUME_MAX = 500;
/** Consumed records are dropped this many at a time, when every group is beyond them. */
const DROP_MAX = 2_000;
const RETRY_MS = 1_000;

/**
 * The journal of one process, on lmdb: one partition table keyed by offset.
 *
 * Appends that come together are one transaction and one fsync. Durable means synced to the disk: lmdb's own promise of a `put` comes
 * before that, `flushed` after. Records that every group has consumed are dropped.
 */
export class LmdbJournal implements Journal {
  /** One reader and one disk: more partitions would only be more tables. */
  readonly partitions = 1;
  readonly #root: RootDatabase;
  readonly #records: Database<Uint8Array, number>;
  readonly #committed: Database<number, string>;
  readonly #seals: Database<number, string>;
  readonly #batcher: Batcher<readonly Uint8Array[], undefined>;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #readers = new Set<Reading>();
  #next: number;
  #durable: number;

  constructor({ path, limits, clock, log }: { path: string; limits: JournalLimits; clock: Clock; log: Logger }) {
    this.#root = openSynced(path, 4);
    this.#records = this.#root.openDB({ name: "records", encoding: "binary" });
    this.#committed = this.#root.openDB({ name: "committed" });
    this.#seals = this.#root.openDB({ name: "seals" });
    this.#clock = clock;
    this.#log = log;
    this.#next = this.#firstFree();
    this.#durable = this.#next;
    this.#batcher = new Batcher({
      flush: (appends) => this.#flush(appends),
      count_max: limits.batchRecords,
      bytes_max: limits.batchBytes,
      size: (lines) => lines.reduce((sum, { length }) => sum + length, 0),
      pending_max: PENDING_MAX,
    });
  }

  append(records: readonly JournalRecord[]): Promise<void> {
    return this.#batcher.add(records.map(encodeRecord));
  }

  async end(_partition: number): Promise<number> {
    return this.#durable;
  }

  async consume(group: string, handler: BatchHandler): Promise<Consumption> {
    const reading = new Reading(group);
    const from = this.#startOf(group);
    this.#readers.add(reading);
    reading.done = this.#consume(reading, from, handler).finally(() => this.#readers.delete(reading));
    return { stop: () => reading.stop() };
  }

  async seal(reason: string): Promise<number> {
    const E = this.#root.transactionSync(() => {
      const next = (this.#seals.get("E") ?? 0) + 1;
      this.#seals.putSync("E", next);
      return next;
    });
    await this.#root.flushed;
    this.#log.info({ storage_epoch: E, reason }, "sealed a storage epoch");
    return E;
  }

  /** Writes what was taken, ends all consumption, and closes. */
  async close(): Promise<void> {
    await this.#batcher.idle();
    await Promise.all([...this.#readers].map((reader) => reader.stop()));
    await closeSynced(this.#root);
  }

  async #flush(appends: readonly (readonly Uint8Array[])[]): Promise<readonly undefined[]> {
    const first = this.#next;
    try {
      this.#next = await writeAside(this.#root, () => this.#write(first, appends.flat()));
    } catch (error) {
      this.#log.error({ err: error }, "the journal cannot be written");
      throw new DeskError("unavailable", "The journal cannot be written; try again.", RETRY_MS);
    }
    this.#durable = this.#next;
    for (const reader of this.#readers) reader.wake();
    return appends.map(() => undefined);
  }

  #write(first: number, lines: readonly Uint8Array[]): number {
    let offset = first;
    for (const bytes of lines) this.#records.putSync(offset++, Buffer.from(bytes));
    return offset;
  }

  /** Where the group goes on. One without a past begins with the oldest record held; from then on nothing is dropped that it has not had. */
  #startOf(group: string): number {
    return this.#root.transactionSync(() => {
      const [oldest = this.#durable] = this.#records.getKeys({ limit: 1 });
      const from = this.#committed.get(group) ?? oldest;
      this.#committed.putSync(group, from);
      return from;
    });
  }

  async #consume(reading: Reading, start: number, handler: BatchHandler): Promise<void> {
    let from = start;
    while (!reading.stopped) {
      const records = this.#read(from);
      if (records.length === 0) {
        await reading.wait(() => this.#durable > from);
        await turn();
        continue;
      }
      if (await this.#handled(reading, handler, records)) from = behind(records);
    }
  }

  /** Handled and committed; when either fails, the records come again. */
  async #handled(reading: Reading, handler: BatchHandler, records: readonly RawRecord[]): Promise<boolean> {
    try {
      await handler({ partition: 0, records });
      await this.#commit(reading.group, behind(records));
      return true;
    } catch (err) {
      this.#log.warn({ group: reading.group, offset: records[0]?.offset, err }, "a batch was not consumed; it comes again");
      await reading.pause(pause(this.#clock, RETRY_MS));
      return false;
    }
  }

  /** Only what is synced: a consumer must never know of a record that a power cut takes back. */
  #read(from: number): RawRecord[] {
    const range = this.#records.getRange({ start: from, end: this.#durable, limit: CONSUME_MAX });
    return [...range].map(({ key, value }) => ({ offset: key, bytes: value }));
  }

  /** Waits for the disk on lmdb's own thread: nobody's reply hangs on it. */
  async #commit(group: string, next: number): Promise<void> {
    await writeAside(this.#root, () => {
      this.#committed.putSync(group, next);
      this.#drop();
    });
  }

  /** Consumed by every group there is. */
  #drop(): void {
    const groups = [...this.#committed.getRange()].map(({ value }) => value);
    const keep = Math.min(...groups);
    const keys = [...this.#records.getKeys({ end: keep, limit: DROP_MAX })];
    for (const key of keys) this.#records.removeSync(key);
  }

  /** Behind the last record, also when all of them were consumed and dropped. */
  #firstFree(): number {
    const [last] = this.#records.getKeys({ reverse: true, limit: 1 });
    const committed = [...this.#committed.getRange()].map(({ value }) => value);
    return Math.max(0, ...committed, last === undefined ? 0 : last + 1);
  }
}

/** The offset behind these records. */
function behind(records: readonly RawRecord[]): number {
  return (records.at(-1)?.offset ?? -1) + 1;
}

/** One consumer on its way through the journal. */
class Reading {
  readonly group: string;
  stopped = false;
  done: Promise<void> = Promise.resolve();
  #wake: (() => void) | undefined;
  #end: (() => void) | undefined;

  constructor(group: string) {
    this.group = group;
  }

  wake(): void {
    this.#wake?.();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.wake();
    this.#end?.();
    await this.done;
  }

  /** Until something came, or the end. What comes does not cut a {@link pause} short. */
  async wait(ready: () => boolean): Promise<void> {
    if (this.stopped || ready()) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#wake = undefined;
  }

  /** Until the time is over, or the end. */
  async pause(time: Promise<void>): Promise<void> {
    if (this.stopped) return;
    await Promise.race([time, new Promise<void>((resolve) => (this.#end = resolve))]);
    this.#end = undefined;
  }
}
