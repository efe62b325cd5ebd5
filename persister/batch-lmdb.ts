import { readMessage, recalledFrame } from "../proto/frames.js";
import { later } from "../proto/position.js";
import { contentHash, type Entry, type Mark } from "../timeline/entry.js";
import { encodeRecord, type VisitorRecord } from "../timeline/record.js";
import type { DeadLetter, StoreBatch } from "./store.js";
import { grown, rowOf, type Summary, withdrawn } from "./summary.js";
import { type Kept, latestEpoch, midKey, part, rowKey, type Tables } from "./tables-lmdb.js";
import { peopleOf } from "./wanted.js";

interface Conversation {
  readonly tenant: string;
  readonly c: string;
  readonly before: Summary | undefined;
  summary: Summary | undefined;
  epoch: number;
}

/**
 * Puts one batch into the tables, inside a transaction of the caller: all of it or nothing.
 */
export class BatchWrite {
  readonly #tables: Tables;
  readonly #batch: StoreBatch;
  readonly #touched = new Map<string, Conversation>();
  readonly #aside: DeadLetter[] = [];

  constructor(tables: Tables, batch: StoreBatch) {
    this.#tables = tables;
    this.#batch = batch;
  }

  /** Answers the entries it put aside. */
  run(): readonly DeadLetter[] {
    const { entries, unreadable, marks, visitors, decisions, deadLetters, partition, through } = this.#batch;
    const places = [...entries, ...unreadable].sort((a, b) => a.offset - b.offset);
    for (const place of places) {
      if ("entry" in place) this.#entry(place.offset, place.entry);
      else this.#unreadable(place);
    }
    for (const { tenant, c, mark } of marks) this.#mark(tenant, c, mark);
    for (const { offset, visitor } of visitors) this.#visitor(offset, visitor);
    for (const { tenant, c, decision } of decisions)
      this.#tables.decisions.putSync([part(tenant), part(c), decision.at, part(decision.id)], decision);
    for (const letter of [...deadLetters, ...this.#aside]) this.#dead(letter);
    for (const conversation of this.#touched.values()) this.#summarise(conversation);
    if (through > (this.#tables.passed.get(partition) ?? -1)) this.#tables.passed.putSync(partition, through);
    return this.#aside;
  }

  #entry(offset: number, entry: Entry): void {
    const { tenant, c, pos } = entry;
    const key = rowKey(tenant, c, pos);
    const there = this.#tables.rows.get(key);
    if (there && isSame(there, entry)) return;
    if (there) {
      this.#putAside(offset, "other_content", entry);
      return;
    }
    const conversation = this.#conversation(tenant, c);
    if (pos[0] < conversation.epoch) {
      this.#putAside(offset, "late_epoch", entry);
      return;
    }
    const kept = this.#isRecalled(entry) ? blank(keptOf(entry)) : keptOf(entry);
    this.#tables.rows.putSync(key, kept);
    this.#name(entry);
    if (pos[1] === 1) conversation.epoch = pos[0];
    conversation.summary = grown(conversation.summary, { ...entry, frame: kept.frame });
    if (entry.kind === "recall") this.#withdraw(conversation, entry);
  }

  #isRecalled({ tenant, c, from, mid }: Entry): boolean {
    return this.#tables.recalled.doesExist(midKey(tenant, c, from, mid));
  }

  /** What the sender withdraws loses its content, also when its record is read again. */
  #withdraw(conversation: Conversation, { tenant, c, from, frame }: Entry): void {
    const key = midKey(tenant, c, from, String(readMessage(frame).body["mid"]));
    this.#tables.recalled.putSync(key, true);
    const pos = this.#tables.mids.get(key);
    const there = pos && this.#tables.rows.get(rowKey(tenant, c, pos));
    if (!there || there.kind === "recall") return;
    this.#tables.rows.putSync(rowKey(tenant, c, pos), blank(there));
    conversation.summary = conversation.summary && withdrawn(conversation.summary, pos);
  }

  /** A mid keeps its first place. */
  #name({ tenant, c, from, mid, pos }: Entry): void {
    const key = midKey(tenant, c, from, mid);
    if (!this.#tables.mids.doesExist(key)) this.#tables.mids.putSync(key, pos);
  }

  #unreadable({ tenant, c, pos }: StoreBatch["unreadable"][number]): void {
    const key = rowKey(tenant, c, pos);
    const conversation = this.#conversation(tenant, c);
    if (pos[0] < conversation.epoch || this.#tables.rows.doesExist(key)) return;
    this.#tables.rows.putSync(key, null);
    if (pos[1] === 1) conversation.epoch = pos[0];
  }

  #mark(tenant: string, c: string, mark: Mark): void {
    const key = [part(tenant), part(c), part(mark.user)];
    const there = this.#tables.marks.get(key);
    this.#tables.marks.putSync(key, { user: mark.user, ...forward("got", there, mark), ...forward("read", there, mark) });
  }

  #visitor(offset: number, visitor: VisitorRecord): void {
    const key = [part(visitor.tenant), part(visitor.id)];
    const there = this.#tables.visitors.get(key);
    if (there && there.offset >= offset) return;
    this.#tables.visitors.putSync(key, { offset, visitor: { ...there?.visitor, ...visitor } });
  }

  #putAside(offset: number, reason: string, entry: Entry): void {
    this.#aside.push({ partition: this.#batch.partition, offset, reason, bytes: encodeRecord({ t: "entry", entry }) });
  }

  #dead({ partition, offset, reason, bytes }: DeadLetter): void {
    this.#tables.dead.putSync([partition, offset], { reason, bytes });
  }

  #conversation(tenant: string, c: string): Conversation {
    const key = JSON.stringify([tenant, c]);
    const known = this.#touched.get(key);
    if (known) return known;
    const summary = this.#tables.summaries.get([part(tenant), part(c)]);
    const conversation = { tenant, c, before: summary, summary, epoch: latestEpoch(this.#tables.rows, tenant, c) ?? 0 };
    this.#touched.set(key, conversation);
    return conversation;
  }

  #summarise({ tenant, c, before, summary }: Conversation): void {
    if (summary === undefined || summary === before) return;
    this.#tables.summaries.putSync([part(tenant), part(c)], summary);
    this.#index(tenant, c, before, summary);
  }

  #index(tenant: string, c: string, before: Summary | undefined, after: Summary): void {
    const stale = before && rowOf(tenant, c, before);
    if (stale) {
      this.#tables.byTenant.removeSync([part(tenant), stale.updated_at, part(c)]);
      for (const { id } of peopleOf(stale.authority)) this.#tables.byMember.removeSync([part(tenant), part(id), stale.updated_at, part(c)]);
    }
    const row = rowOf(tenant, c, after);
    if (!row) return;
    this.#tables.byTenant.putSync([part(tenant), row.updated_at, part(c)], true);
    for (const { id } of peopleOf(row.authority)) this.#tables.byMember.putSync([part(tenant), part(id), row.updated_at, part(c)], true);
  }
}

type Row = NonNullable<Kept>;

function keptOf({ tenant: _tenant, c: _c, pos: _pos, ...kept }: Entry): Row {
  return kept;
}

/** The row without its content, of which only the hash is kept. */
function blank(kept: Row): Row {
  return { ...kept, frame: recalledFrame(kept.frame), hash: kept.hash ?? hashOf(kept.frame) };
}

/** True for the record of what is stored, with its content or without. */
function isSame(there: Row, { frame }: Entry): boolean {
  if (there.hash === undefined) return there.frame === frame;
  return there.hash === hashOf(frame) && there.frame === recalledFrame(frame);
}

function hashOf(frame: string): string {
  const { kind, body } = readMessage(frame);
  return contentHash(kind, body);
}

function forward(field: "got" | "read", there: Mark | undefined, mark: Mark): Partial<Mark> {
  const [before, after] = [there?.[field], mark[field]];
  if (before === undefined && after === undefined) return {};
  return { [field]: later(before ?? [0, 0], after ?? [0, 0]) };
}
