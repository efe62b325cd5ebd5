import { type Database, open, type RootDatabase } from "lmdb";
import { recalledFrame } from "../proto/frames.js";
import type { Known, Refusal } from "./admission.js";
import type { Append } from "./broker.js";
import { type Authority, bucketOf, type Entry, type Mark } from "./entry.js";

/** The meta row of a conversation's life. */
export interface LifeRow {
  readonly tenant: string;
  readonly epoch: number;
  readonly newborn: boolean;
  head: number;
  first: number;
  /** Of all frames in the window, as encoded. */
  bytes: number;
  /** Monotonic, as is `at` of what is unsettled: a host's clock that is set decides nothing here. */
  touched_at: number;
  authority?: Authority;
  /** Entries without the journal's word, ascending by n. */
  unsettled: UnsettledRow[];
}

export interface UnsettledRow {
  readonly n: number;
  readonly owner: string;
  readonly at: number;
  readonly routing: boolean;
}

export interface WindowLimits {
  readonly entries: number;
  readonly bytes: number;
  /** A life that saw no entry for this long, and holds nothing unsettled, ends. */
  readonly idle_ms: number;
  /** Entries of one conversation that may wait for the journal. */
  readonly unsettled: number;
}

type Tomb = readonly [from: string, mid: string];

/** Behind every text that an id can be, in lmdb's order of keys. */
const LAST = "\u{10ffff}";

/**
 * The tables of the embedded broker. Every method works inside the caller's transaction.
 *
 * lives: c -> LifeRow. window: [c, n] -> Entry. mids: [c, from, mid] -> Known. tombs: [c, head when refused, from, mid] -> what it refused.
 * marks: [c, user] -> Mark. open: c -> true while something of it is unsettled.
 */
export class WindowTables {
  readonly #root: RootDatabase;
  readonly #lives: Database<LifeRow, string>;
  readonly #window: Database<Entry, [string, number]>;
  readonly #mids: Database<Known, [string, string, string]>;
  readonly #tombs: Database<Tomb, [string, number, string, string]>;
  readonly #marks: Database<Mark, [string, string]>;
  readonly #open: Database<true, string>;
  /** Lives begun per bucket, under this storage epoch. */
  readonly #begun = new Map<number, number>();
  readonly #limits: WindowLimits;

  constructor(path: string, limits: WindowLimits) {
    // Nothing here has to outlive the process: what lasts is in the journal.
    this.#root = open({ path, noSync: true, maxDbs: 8 });
    // JSON gives back every text there is; lmdb's own encoding replaces halves of surrogate pairs, and ids may hold them.
    this.#lives = this.#root.openDB({ name: "lives", encoding: "json" });
    this.#window = this.#root.openDB({ name: "window", encoding: "json" });
    this.#mids = this.#root.openDB({ name: "mids", encoding: "json" });
    this.#tombs = this.#root.openDB({ name: "tombs", encoding: "json" });
    this.#marks = this.#root.openDB({ name: "marks", encoding: "json" });
    this.#open = this.#root.openDB({ name: "open", encoding: "json" });
    this.#limits = limits;
  }

  transaction<T>(run: () => T): T {
    return this.#root.transactionSync(run);
  }

  close(): Promise<void> {
    return this.#root.close();
  }

  life(c: string): LifeRow | undefined {
    return this.#lives.get(c);
  }

  entry(c: string, n: number): Entry | undefined {
    return this.#window.get([c, n]);
  }

  known(c: string, from: string, mid: string): Known | undefined {
    return this.#mids.get([c, from, mid]);
  }

  /** Ascending, from n `from` on, below n `to`. */
  ascending(c: string, from: number, to: number, limit: number): Entry[] {
    return [...this.#window.getRange({ start: [c, from], end: [c, to], limit })].map(({ value }) => value);
  }

  /** Ascending, the `limit` entries right below n `to`. */
  below(c: string, to: number, limit: number): Entry[] {
    const range = this.#window.getRange({ start: [c, to - 1], end: [c, 0], reverse: true, limit });
    return [...range].map(({ value }) => value).reverse();
  }

  /** The number of the next life of the conversation's bucket. */
  nextLife(c: string): number {
    const bucket = bucketOf(c);
    const g = (this.#begun.get(bucket) ?? 0) + 1;
    this.#begun.set(bucket, g);
    return g;
  }

  add(life: LifeRow, entry: Entry, { hash, node, routing }: Append, at: number): void {
    const { c, pos, from, mid } = entry;
    const n = pos[1];
    life.head = n;
    life.bytes += Buffer.byteLength(entry.frame);
    life.touched_at = at;
    life.unsettled.push({ n, owner: node, at, routing: routing !== undefined });
    this.#window.putSync([c, n], entry);
    this.#mids.putSync([c, from, mid], { n, hash });
    this.#open.putSync(c, true);
    this.#trim(c, life);
    this.#lives.putSync(c, life);
  }

  /** The sender's entry keeps its place and loses its content; the caller writes the life. */
  blank(c: string, life: LifeRow, n: number, sender: string): void {
    const entry = this.#window.get([c, n]);
    if (entry?.from !== sender) return;
    const frame = recalledFrame(entry.frame);
    life.bytes += Buffer.byteLength(frame) - Buffer.byteLength(entry.frame);
    this.#window.putSync([c, n], { ...entry, frame });
  }

  /** Every attempt of this mid gets the same refusal, for as long as the window holds what was the head then. */
  refuse(c: string, life: LifeRow, from: string, mid: string, refused: Refusal): void {
    this.#mids.putSync([c, from, mid], { refused });
    this.#tombs.putSync([c, life.head, from, mid], [from, mid]);
  }

  settle(c: string, life: LifeRow, ns: ReadonlySet<number>): void {
    life.unsettled = life.unsettled.filter(({ n }) => !ns.has(n));
    if (life.unsettled.length === 0) this.#open.removeSync(c);
    this.#trim(c, life);
    this.#lives.putSync(c, life);
  }

  /** Conversations with something unsettled. */
  unsettled(): Iterable<string> {
    return this.#open.getKeys();
  }

  marks(c: string): Mark[] {
    return [...this.#marks.getRange({ start: [c, ""], end: [c, LAST] })].map(({ value }) => value);
  }

  mark(c: string, user: string): Mark | undefined {
    return this.#marks.get([c, user]);
  }

  setMark(c: string, mark: Mark): void {
    this.#marks.putSync([c, mark.user], mark);
  }

  /** Ends lives that have been idle for too long; answers how many. `now` is monotonic. */
  expire(now: number): number {
    const idle = [...this.#lives.getRange()].filter(
      ({ value }) => value.unsettled.length === 0 && now - value.touched_at > this.#limits.idle_ms,
    );
    for (const { key, value } of idle) this.#end(key, value);
    return idle.length;
  }

  /** No life outlives the storage epoch it began in. */
  clear(): void {
    for (const table of [this.#lives, this.#window, this.#mids, this.#tombs, this.#marks, this.#open]) table.clearSync();
    this.#begun.clear();
  }

  #end(c: string, life: LifeRow): void {
    this.#forget(c, life.first, life.head + 1);
    for (const { user } of this.marks(c)) this.#marks.removeSync([c, user]);
    this.#lives.removeSync(c);
  }

  /** Drops the oldest entries beyond the window's limits. What the journal does not have stays. */
  #trim(c: string, life: LifeRow): void {
    const before = life.first;
    const settledBelow = life.unsettled[0]?.n ?? life.head;
    while (life.first < settledBelow && this.#isOver(life)) {
      life.bytes -= Buffer.byteLength(this.#window.get([c, life.first])?.frame ?? "");
      life.first += 1;
    }
    this.#forget(c, before, life.first);
  }

  #isOver({ head, first, bytes }: LifeRow): boolean {
    return head - first + 1 > this.#limits.entries || bytes > this.#limits.bytes;
  }

  #forget(c: string, from: number, to: number): void {
    if (from === to) return;
    for (const { from: sender, mid, pos } of this.ascending(c, from, to, to - from)) {
      this.#mids.removeSync([c, sender, mid]);
      this.#window.removeSync([c, pos[1]]);
    }
    for (const { key, value } of [...this.#tombs.getRange({ start: [c, 0, "", ""], end: [c, to, "", ""] })]) {
      this.#mids.removeSync([c, ...value]);
      this.#tombs.removeSync(key);
    }
  }
}
