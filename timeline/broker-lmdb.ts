import { rmSync } from "node:fs";
import type { Clock, Timer } from "../lib/clock.js";
import type { Logger } from "../lib/log.js";
import { eventFrame, messageFrame } from "../proto/frames.js";
import { BEGINNING, conversationEpoch, later, type Position } from "../proto/position.js";
import { admit, type Standing } from "./admission.js";
import { Attachments } from "./attachments.js";
import type {
  Append,
  Appended,
  Attach,
  Attached,
  Broker,
  EntryRef,
  Fenced,
  Inbox,
  Life,
  LifeAnswer,
  Page,
  SettleAnswer,
  Signal,
  Unsettled,
  WindowPage,
  WindowRange,
} from "./broker.js";
import type { Entry, Mark } from "./entry.js";
import { type LifeRow, type WindowLimits, WindowTables } from "./window-lmdb.js";

/** How often idle lives are looked for. */
const EXPIRE_MS = 60_000;

/**
 * The broker of one process, on lmdb. The file only keeps the windows out of memory: it is emptied when it is opened, so every start is a
 * storage epoch of its own, and lives of an earlier one come back with a barrier, as after any loss.
 *
 * Each call is one synchronous transaction, and the entry is handed to the inboxes before the call resolves.
 */
export class LmdbBroker implements Broker {
  readonly #tables: WindowTables;
  readonly #attachments: Attachments;
  readonly #clock: Clock;
  readonly #limits: WindowLimits;
  readonly #expiry: Timer;
  #E = 0;

  constructor({ path, clock, log, limits }: { path: string; clock: Clock; log: Logger; limits: WindowLimits }) {
    rmSync(path, { recursive: true, force: true });
    this.#tables = new WindowTables(path, limits);
    this.#attachments = new Attachments(log);
    this.#clock = clock;
    this.#limits = limits;
    this.#expiry = clock.every(EXPIRE_MS, () => this.expire());
  }

  async close(): Promise<void> {
    this.#expiry.cancel();
    await this.#tables.close();
  }

  /** Ends lives without an entry for `idle_ms`; answers how many. */
  expire(): number {
    return this.#tables.transaction(() => this.#tables.expire(this.#clock.monotonic()));
  }

  async epoch(): Promise<number> {
    return this.#E;
  }

  async install(E: number): Promise<boolean> {
    if (E <= this.#E) return false;
    this.#tables.transaction(() => this.#tables.clear());
    this.#E = E;
    this.#attachments.lost();
    return true;
  }

  async append(append: Append): Promise<Appended> {
    if (append.E !== this.#E) return this.#fenced();
    const answer = this.#tables.transaction(() => this.#append(append));
    if (answer.at === "appended") this.#attachments.publish(answer.entry);
    return answer;
  }

  async settle(E: number, entries: readonly EntryRef[]): Promise<SettleAnswer> {
    if (E !== this.#E) return this.#fenced();
    return { at: "settled", unknown: this.#tables.transaction(() => this.#settle(entries)) };
  }

  async attach({ E, node, tenant, c, serial, read }: Attach): Promise<Attached> {
    if (E !== this.#E) return this.#fenced();
    const row = this.#tables.life(c);
    if (row && row.tenant !== tenant) return { at: "refused", code: "not_found" };
    if (!row?.authority) return { at: "cold" };
    this.#attachments.attach(c, node, serial);
    const marks = this.#tables.marks(c);
    return { at: "attached", ...lifeOf(row), page: this.#page(c, row, read), marks, present: this.#attachments.present(c) };
  }

  async detach(node: string, c: string, serial: number): Promise<void> {
    this.#attachments.detach(c, node, serial);
  }

  async window(E: number, c: string, range: WindowRange): Promise<WindowPage> {
    if (E !== this.#E) return this.#fenced();
    const row = this.#tables.life(c);
    return row ? { at: "window", ...lifeOf(row), page: this.#page(c, row, range) } : { at: "cold" };
  }

  async life(E: number, c: string): Promise<LifeAnswer> {
    if (E !== this.#E) return this.#fenced();
    const row = this.#tables.life(c);
    return row ? { at: "life", ...lifeOf(row) } : { at: "cold" };
  }

  async unsettled(E: number, limit: number): Promise<readonly Unsettled[]> {
    if (E !== this.#E) return [];
    const found = [...this.#tables.unsettled()].flatMap((c) => (this.#tables.life(c)?.unsettled ?? []).map((row) => ({ c, ...row })));
    const oldest = found.sort((a, b) => a.at - b.at).slice(0, limit);
    return oldest.map(({ c, n, owner, at }) => ({ entry: this.#held(c, n), owner, age_ms: this.#clock.monotonic() - at }));
  }

  async mark(E: number, c: string, mark: Mark, origin: string): Promise<Mark | undefined> {
    if (E !== this.#E) return undefined;
    const moved = this.#tables.transaction(() => this.#mark(c, mark));
    if (moved) this.#attachments.signal(c, { frame: eventFrame({ ev: "mark", c, ...moved }), audience: "all", origin });
    return moved;
  }

  async present(E: number, c: string, node: string, user: string, online: boolean): Promise<void> {
    if (E === this.#E && this.#attachments.setPresent(c, node, user, online)) this.#tellPresence(c, user, online);
  }

  async signal(E: number, c: string, signal: Signal): Promise<void> {
    if (E === this.#E) this.#attachments.signal(c, signal);
  }

  async subscribe(node: string, inbox: Inbox): Promise<void> {
    this.#attachments.subscribe(node, inbox);
  }

  async unsubscribe(node: string): Promise<void> {
    for (const { c, user } of this.#attachments.unsubscribe(node)) this.#tellPresence(c, user, false);
  }

  #fenced(): Fenced {
    return { at: "fenced", E: this.#E };
  }

  #append(append: Append): Appended {
    const { c, from, mid } = append;
    const row = this.#tables.life(c);
    const known = row && this.#tables.known(c, from.id, mid);
    const verdict = admit(append, row && this.#standing(row, append), known, this.#limits.unsettled);
    if (verdict.at === "begin") return this.#place(append, this.#newborn(append));
    if (!row) return { at: "cold" };
    switch (verdict.at) {
      case "admit":
        return this.#place(append, row);
      case "duplicate":
        return this.#again(c, row, verdict.n);
      case "refused":
        if (verdict.remember) this.#tables.refuse(c, row, from.id, mid, verdict.remember);
        return { at: "refused", code: verdict.code };
      case "lookup":
        return { at: "lookup", life: row.epoch, base: baseOf(row) };
      case "cold":
        return { at: "cold" };
      default:
        return { at: verdict.at, head: [row.epoch, row.head], authority: row.authority };
    }
  }

  #standing(row: LifeRow, { recalls }: Append): Standing {
    const { tenant, epoch, head, first, newborn, authority, unsettled } = row;
    const standing = { tenant, epoch, head, first, newborn, authority, unsettled: unsettled.length };
    if (!recalls) return standing;
    const [of, n] = recalls.pos;
    const waits = of === epoch && unsettled.some((each) => each.n === n);
    return { ...standing, target: { unsettled: waits, age_ms: this.#clock.now() - recalls.ts } };
  }

  #newborn({ tenant, c, begins }: Append): LifeRow {
    const epoch = conversationEpoch(this.#E, this.#tables.nextLife(c));
    return { tenant, epoch, newborn: begins === "new", head: 0, first: 1, bytes: 0, touched_at: 0, unsettled: [] };
  }

  #place(append: Append, row: LifeRow): Appended {
    const entry = this.#entry(append, [row.epoch, row.head + 1]);
    const ahead = this.#ahead(append.c, row, row.head + 1);
    if (append.routing) row.authority = append.routing.authority;
    if (append.recalls?.pos[0] === row.epoch) this.#tables.blank(append.c, row, append.recalls.pos[1], append.from.id);
    this.#tables.add(row, entry, append, this.#clock.monotonic());
    return { at: "appended", entry, ahead };
  }

  #again(c: string, row: LifeRow, n: number): Appended {
    const settled = row.unsettled.every((each) => each.n !== n);
    return { at: "duplicate", entry: this.#held(c, n), settled, ahead: settled ? [] : this.#ahead(c, row, n) };
  }

  #ahead(c: string, { unsettled }: LifeRow, below: number): Entry[] {
    return unsettled.filter(({ n, routing }) => routing && n < below).map(({ n }) => this.#held(c, n));
  }

  #entry({ tenant, c, from, mid, kind, audience, tail, routing }: Append, pos: Position): Entry {
    const ts = this.#clock.now();
    const said = { tenant, c, pos, ts, from: from.id, mid, kind, audience, frame: messageFrame(c, pos, ts, tail) };
    return routing ? { ...said, authority: routing.authority } : said;
  }

  /** Answers the entries that no life under this epoch knows. */
  #settle(entries: readonly EntryRef[]): EntryRef[] {
    const settled = new Map<LifeRow, { readonly c: string; readonly ns: Set<number> }>();
    const rows = new Map<string, LifeRow | undefined>();
    const unknown: EntryRef[] = [];
    for (const ref of entries) {
      const { c, pos } = ref;
      if (!rows.has(c)) rows.set(c, this.#tables.life(c));
      const row = rows.get(c);
      if (!row || pos[0] !== row.epoch || pos[1] > row.head) unknown.push(ref);
      else settled.set(row, { c, ns: (settled.get(row)?.ns ?? new Set()).add(pos[1]) });
    }
    for (const [row, { c, ns }] of settled) this.#tables.settle(c, row, ns);
    return unknown;
  }

  #mark(c: string, { user, got, read }: Mark): Mark | undefined {
    if (!this.#tables.life(c)) return undefined;
    const stands = this.#tables.mark(c, user);
    const next = { user, ...forward("got", stands?.got, got), ...forward("read", stands?.read, read) };
    if (same(next.got, stands?.got) && same(next.read, stands?.read)) return undefined;
    this.#tables.setMark(c, next);
    return next;
  }

  #tellPresence(c: string, user: string, online: boolean): void {
    const frame = eventFrame({ ev: "presence", c, user, online });
    this.#attachments.signal(c, { frame, audience: "all", origin: "" });
  }

  #page(c: string, row: LifeRow, { before, after, limit }: WindowRange): Page {
    if (after) return this.#forward(c, row, after, limit);
    return this.#backward(c, row, before, limit);
  }

  #forward(c: string, row: LifeRow, after: Position, limit: number): Page {
    const inLife = after[0] === row.epoch;
    const whole = row.newborn && row.first === 1;
    const gap = inLife ? after[1] < row.first - 1 || after[1] > row.head : !(whole && after[0] === BEGINNING[0]);
    const from = inLife ? Math.max(after[1] + 1, row.first) : after[0] < row.epoch ? row.first : row.head + 1;
    const entries = this.#tables.ascending(c, from, row.head + 1, limit);
    return { entries, more: from + entries.length <= row.head, gap };
  }

  #backward(c: string, row: LifeRow, before: Position | undefined, limit: number): Page {
    const to = !before || before[0] > row.epoch ? row.head + 1 : before[0] < row.epoch ? row.first : Math.min(before[1], row.head + 1);
    const entries = this.#tables.below(c, to, limit);
    const lowest = entries[0]?.pos[1] ?? to;
    return { entries, more: lowest > row.first, gap: lowest <= row.first && !(row.newborn && row.first === 1) };
  }

  #held(c: string, n: number): Entry {
    const entry = this.#tables.entry(c, n);
    if (!entry) throw new TypeError(`entry ${n} of ${c} left the window too early`);
    return entry;
  }
}

function lifeOf(row: LifeRow): Life {
  const { tenant, epoch, newborn, authority } = row;
  return { tenant, epoch, head: [epoch, row.head], first: [epoch, row.first], base: baseOf(row), newborn, authority };
}

function baseOf({ epoch, head, unsettled }: LifeRow): Position {
  return [epoch, unsettled[0] ? unsettled[0].n - 1 : head];
}

function forward<Name extends "got" | "read">(name: Name, a: Position | undefined, b: Position | undefined): { [K in Name]?: Position } {
  const pos = a && b ? later(a, b) : (a ?? b);
  return pos ? ({ [name]: pos } as { [K in Name]?: Position }) : {};
}

function same(a: Position | undefined, b: Position | undefined): boolean {
  return a?.[0] === b?.[0] && a?.[1] === b?.[1];
}
