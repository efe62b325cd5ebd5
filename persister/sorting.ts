import { isPosition, type Position } from "../proto/position.js";
import type { Batch, RawRecord } from "../timeline/journal.js";
import { decodeRecord, type JournalRecord } from "../timeline/record.js";
import type { DeadLetter, StoreBatch } from "./store.js";

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
      sortEntry(raw, record, batch);
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

function sortEntry(raw: RawRecord, { entry }: Extract<JournalRecord, { t: "entry" }>, batch: Filling): void {
  const { tenant, c, pos, frame } = entry;
  if (isText(tenant) && isText(c) && isPosition(pos) && says(frame, c, pos)) {
    batch.entries.push({ offset: raw.offset, entry });
    return;
  }
  batch.deadLetters.push(letter(raw, batch, "unreadable_entry"));
  if (isText(tenant) && isText(c) && isPosition(pos)) batch.unreadable.push({ tenant, c, pos });
}

/** The record, when it has the fields its kind is stored by. */
function read({ bytes }: RawRecord): JournalRecord | undefined {
  try {
    const record = decodeRecord(bytes);
    return isKeyed(record) ? record : undefined;
  } catch {
    return undefined;
  }
}

function isKeyed(record: JournalRecord): boolean {
  switch (record.t) {
    case "entry":
      return typeof record.entry === "object" && record.entry !== null;
    case "mark":
      return (
        isText(record.tenant) &&
        isText(record.c) &&
        isText(record.user) &&
        [record.got, record.read].every((pos) => pos === undefined || isPosition(pos))
      );
    case "visitor":
      return isText(record.tenant) && isText(record.id);
    case "decision":
      return isText(record.tenant) && isText(record.c) && isText(record.decision?.id) && Number.isSafeInteger(record.decision.at);
    default:
      return typeof record === "object" && record !== null;
  }
}

/** True when the frame is a message event of that place. */
function says(frame: unknown, c: string, pos: Position): boolean {
  if (!isText(frame)) return false;
  try {
    const event = JSON.parse(frame) as { ev?: unknown; c?: unknown; pos?: unknown } | null;
    return event?.ev === "message" && event.c === c && isPosition(event.pos) && event.pos[0] === pos[0] && event.pos[1] === pos[1];
  } catch {
    return false;
  }
}

function letter({ offset, bytes }: RawRecord, { partition }: Filling, reason: string): DeadLetter {
  return { partition, offset, reason, bytes };
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value.length > 0;
}
