import { compiled } from "../proto/check.js";
import { EVENTS } from "../proto/events.js";
import { compare, type Position } from "../proto/position.js";
import type { Entry } from "../timeline/entry.js";
import type { Batch, RawRecord } from "../timeline/journal.js";
import { decodeRecord, type JournalRecord } from "../timeline/record.js";
import { PLACED, STORABLE } from "./shapes.js";
import type { DeadLetter, StoreBatch } from "./store.js";

const MESSAGE = compiled(EVENTS.message);

/** A batch of the store while it is filled. */
type Filling = { -readonly [K in keyof StoreBatch]: StoreBatch[K] extends readonly (infer Row)[] ? Row[] : StoreBatch[K] };

/**
 * One journal batch as the store takes it. Pure. What cannot be read becomes a dead letter with its reason, and where its position can still
 * be told, a row that holds the place.
 */
export function sorted({ partition, records }: Batch): StoreBatch {
  const through = records.at(-1)?.offset ?? -1;
  const batch: Filling = { partition, through, entries: [], unreadable: [], marks: [], visitors: [], decisions: [], deadLetters: [] };
  for (const record of records) sort(record, batch);
  return batch;
}

function sort(raw: RawRecord, batch: Filling): void {
  const { offset } = raw;
  const record = read(raw);
  switch (record?.t) {
    case undefined:
      batch.deadLetters.push(letter(raw, batch, "not_a_record"));
      return;
    case "entry":
      sortEntry(raw, record.entry, batch);
      return;
    case "mark": {
      const { tenant, c, user, got, read: seen } = record;
      batch.marks.push({ offset, tenant, c, mark: { user, ...(got && { got }), ...(seen && { read: seen }) } });
      return;
    }
    case "visitor":
      batch.visitors.push({ offset, visitor: record });
      return;
    case "decision":
      batch.decisions.push({ tenant: record.tenant, c: record.c, decision: record.decision });
      return;
    default:
      batch.deadLetters.push(letter(raw, batch, "unknown_record"));
  }
}

function sortEntry(raw: RawRecord, entry: Entry, batch: Filling): void {
  const { offset } = raw;
  if (STORABLE.entry.fault(entry) === undefined && says(entry)) {
    batch.entries.push({ offset, entry });
    return;
  }
  batch.deadLetters.push(letter(raw, batch, "unreadable_entry"));
  if (PLACED.fault(entry) !== undefined) return;
  const { tenant, c, pos } = entry;
  batch.unreadable.push({ offset, tenant, c, pos });
}

/** The record, when it has the fields its kind is stored by. */
function read({ bytes }: RawRecord): JournalRecord | undefined {
  try {
    const record = decodeRecord(bytes);
    return isStorable(record) ? record : undefined;
  } catch {
    return undefined;
  }
}

function isStorable(record: JournalRecord): boolean {
  switch (record.t) {
    case "entry":
      return typeof record.entry === "object" && record.entry !== null;
    case "mark":
    case "visitor":
    case "decision":
      return STORABLE[record.t].fault(record) === undefined;
    default:
      return typeof record === "object" && record !== null;
  }
}

/** True when the frame is a message event of that place. */
function says({ frame, c, pos }: Entry): boolean {
  try {
    const event = JSON.parse(frame) as { readonly c: string; readonly pos: Position };
    return MESSAGE.fault(event) === undefined && event.c === c && compare(event.pos, pos) === 0;
  } catch {
    return false;
  }
}

function letter({ offset, bytes }: RawRecord, { partition }: Filling, reason: string): DeadLetter {
  return { partition, offset, reason, bytes };
}
