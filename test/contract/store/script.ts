import type { DeadLetter, Store, StoreBatch, StoredRow } from "../../../persister/store.js";
import { messageFrame, messageTail } from "../../../proto/frames.js";
import { audienceOf, type ConversationState, type Party, type RoutingEvent } from "../../../proto/message.js";
import type { Position } from "../../../proto/position.js";
import type { Authority, Entry, Mark } from "../../../timeline/entry.js";

export const TENANT = "shop";
export const C = "c_1";
export const WEI: Party = { id: "v_wei", role: "visitor", name: "Wei" };
export const ADA: Party = { id: "ada", role: "agent", name: "Ada" };
export const SYSTEM: Party = { id: "system", role: "system", name: "Deskwire" };

/** Time of the entry at a position: later positions are later. */
export const timeOf = ([epoch, n]: Position): number => 1_700_000_000_000 + epoch * 1_000_000 + n * 1_000;

interface Said {
  readonly tenant?: string;
  readonly c?: string;
  readonly from?: Party;
  readonly mid?: string;
  readonly kind?: string;
  readonly body?: Readonly<Record<string, unknown>>;
  readonly ts?: number;
  readonly authority?: Authority;
}

/** The entry at a position; a text of the visitor unless it says otherwise. */
export function entry(pos: Position, said: Said = {}): Entry {
  const { tenant = TENANT, c = C, from = WEI, mid = `m${pos.join("-")}`, kind = "text", ts = timeOf(pos), authority } = said;
  const body = said.body ?? { text: `said at ${pos.join("-")}` };
  const frame = messageFrame(c, pos, ts, messageTail({ mid, from, kind, body }));
  const plain = { tenant, c, pos, ts, from: from.id, mid, kind, audience: audienceOf(kind, body), frame };
  return authority ? { ...plain, authority } : plain;
}

export function entries(epoch: number, from: number, to: number, said: Said = {}): Entry[] {
  return Array.from({ length: to - from + 1 }, (_, i) => entry([epoch, from + i], said));
}

export function authority(version: number, state: ConversationState, more: Partial<Authority> = {}): Authority {
  return { version, state, topic: "support", visitor: WEI, members: [WEI], ...more };
}

/** A routing entry and what it decided. */
export function routing(pos: Position, event: RoutingEvent, decided?: Authority, said: Said & { readonly reason?: string } = {}): Entry {
  const { reason = "asked", ...rest } = said;
  const body = { event, reason, state: decided?.state ?? "queued" };
  return entry(pos, { from: SYSTEM, kind: "routing", body, ...(decided && { authority: decided }), ...rest });
}

type Parts = Omit<StoreBatch, "partition" | "through" | "entries"> & { readonly partition: number };
const NOTHING: Parts = { partition: 0, unreadable: [], marks: [], visitors: [], decisions: [], deadLetters: [] };

export function batch(through: number, rows: readonly { offset: number; entry: Entry }[], parts: Partial<Parts> = {}): StoreBatch {
  return { ...NOTHING, through, entries: rows, ...parts };
}

/** Writes a journal into a store, one offset after another. */
export class Scribe {
  readonly #store: Store;
  readonly #partition: number;
  offset = 0;

  constructor(store: Store, partition = 0) {
    this.#store = store;
    this.#partition = partition;
  }

  /** One batch of entries; answers what was put aside. */
  write(...written: readonly Entry[]): Promise<readonly DeadLetter[]> {
    const rows = written.map((each) => ({ offset: this.offset++, entry: each }));
    return this.#store.write(batch(this.offset - 1, rows, { partition: this.#partition }));
  }

  async mark(mark: Mark, { tenant = TENANT, c = C } = {}): Promise<void> {
    const offset = this.offset++;
    await this.#store.write(batch(offset, [], { partition: this.#partition, marks: [{ offset, tenant, c, mark }] }));
  }
}

/** Every row of a conversation. */
export function allRows(store: Store, c = C, tenant = TENANT): Promise<readonly StoredRow[]> {
  return store.rows({ tenant, c, limit: 10_000 });
}

export function places(rows: readonly { readonly pos: Position }[]): string[] {
  return rows.map(({ pos }) => pos.join("-"));
}

/** Texts that a careless key would confuse with each other, or with the end of a key. */
export const ODD_IDS: readonly string[] = [
  ...[
    "a",
    "a\u0000",
    "a\u0001",
    "a\u001e",
    "a b",
    "a.b",
    "A",
    "ab",
    "ä",
    "a\u0308",
    "林",
    "😀",
    "\uffff",
    '"',
    "\\",
    "\\u0001",
    "a\n",
    "null",
    "0",
    "__proto__",
  ],
  "x".repeat(64),
  "😀".repeat(64),
  "\u0001".repeat(64),
];
