import { messageFrame, messageTail } from "../../../proto/frames.js";
import type { Position } from "../../../proto/position.js";
import type { Batch, Consumption, Journal, RawRecord } from "../../../timeline/journal.js";
import { decodeRecord, type EntryRecord, type JournalRecord } from "../../../timeline/record.js";

const VISITOR = { id: "v_1", role: "visitor", name: "Wei" } as const;

/** The entry that takes position `n` of a conversation. */
export function entryRecord(n: number, { c = "c_1", text = `m${n}` }: { readonly c?: string; readonly text?: string } = {}): EntryRecord {
  const [pos, ts, mid]: [Position, number, string] = [[1, n], 1_700_000_000_000 + n, `m${n}`];
  const frame = messageFrame(c, pos, ts, messageTail({ mid, from: VISITOR, kind: "text", body: { text } }));
  return { t: "entry", entry: { tenant: "shop", c, pos, ts, from: VISITOR.id, mid, kind: "text", audience: "all", frame } };
}

export function entryRecords(from: number, to: number, at: { readonly c?: string } = {}): EntryRecord[] {
  return Array.from({ length: to - from + 1 }, (_, i) => entryRecord(from + i, at));
}

/** A group's consumer that writes down what it is handed. `refuse` makes it fail a batch, `hold` makes it wait inside one. */
export class Consumer {
  readonly batches: Batch[] = [];
  readonly #consumption: Promise<Consumption>;
  #handle: (batch: Batch) => Promise<void> | void = () => undefined;

  constructor(journal: Journal, group: string, handle: (batch: Batch) => Promise<void> | void = () => undefined) {
    this.#handle = handle;
    this.#consumption = journal.consume(group, async (batch) => {
      this.batches.push(batch);
      await this.#handle(batch);
    });
  }

  get raw(): RawRecord[] {
    return this.batches.flatMap(({ records }) => records);
  }

  get records(): JournalRecord[] {
    return this.raw.map(({ bytes }) => decodeRecord(bytes));
  }

  /** The mids of the entries, in order; repeated where they came again. */
  get mids(): string[] {
    return this.records.flatMap((record) => (record.t === "entry" ? [record.entry.mid] : []));
  }

  async stop(): Promise<void> {
    await (await this.#consumption).stop();
  }
}
