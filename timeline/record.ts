import type { Position } from "../proto/position.js";
import type { Entry } from "./entry.js";

/** What the journal carries. Every record belongs to a conversation or, where there is none, to a user: its `key` gives the bucket. */
export type JournalRecord = EntryRecord | MarkRecord | VisitorRecord | DecisionRecord;

export interface EntryRecord {
  readonly t: "entry";
  readonly entry: Entry;
}

export interface MarkRecord {
  readonly t: "mark";
  readonly tenant: string;
  readonly c: string;
  readonly user: string;
  readonly got?: Position;
  readonly read?: Position;
}

/** What is known of a visitor; the fields present replace the stored ones. */
export interface VisitorRecord {
  readonly t: "visitor";
  readonly tenant: string;
  readonly id: string;
  readonly name?: string;
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly url?: string;
  readonly title?: string;
  readonly since?: number;
}

/** One decision of the router: why a conversation is where it is. */
export interface DecisionRecord {
  readonly t: "decision";
  readonly tenant: string;
  readonly c: string;
  readonly decision: Decision;
}

export interface Decision {
  readonly id: string;
  readonly at: number;
  readonly event: string;
  readonly reason: string;
  readonly policy: string;
  readonly version?: number;
  readonly agent?: string;
  /** Candidates that were looked at and not taken, each with its reason code. */
  readonly passed?: readonly { readonly agent: string; readonly reason: string }[];
  readonly detail?: Readonly<Record<string, unknown>>;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/** One line of JSON; an entry's frame follows on a line of its own, so that its bytes are never encoded again. */
export function encodeRecord(record: JournalRecord): Uint8Array {
  if (record.t !== "entry") return encoder.encode(JSON.stringify(record));
  const { frame, ...head } = record.entry;
  return encoder.encode(`${JSON.stringify({ t: "entry", entry: head })}\n${frame}`);
}

/** Throws on bytes that are no record: the consumer puts those aside. Shapes inside are checked by the persister. */
export function decodeRecord(bytes: Uint8Array): JournalRecord {
  const text = decoder.decode(bytes);
  const line = text.indexOf("\n");
  if (line < 0) return JSON.parse(text) as JournalRecord;
  const head = JSON.parse(text.slice(0, line)) as { t: "entry"; entry: Omit<Entry, "frame"> };
  return { t: "entry", entry: { ...head.entry, frame: text.slice(line + 1) } };
}
