import { fittingCount } from "../lib/fitting.js";
import type { MessageEvent } from "../proto/message.js";
import { BEGINNING, compare, type Position } from "../proto/position.js";
import type { Range } from "./merge.js";
import type { Reading } from "./reading.js";
import type { Session } from "./session.js";

export interface TranscriptAsked {
  readonly c: string;
  /** The beginning when it is left out. */
  readonly after?: Position;
}

export interface Transcript {
  /** Ascending; each in the bytes it has everywhere. */
  readonly messages: readonly string[];
  /** Where to go on, when the byte limit was reached before the end. */
  readonly next?: Position;
  /** What cannot be read yet, of all that is before `next`. */
  readonly incomplete: readonly Range[];
}

/** What a page holds of one entry, as far as its place is asked for: a whole event or a hidden one. */
export type Element = Pick<MessageEvent, "pos" | "kind"> & Partial<MessageEvent>;

export function elementOf(message: string): Element {
  return JSON.parse(message) as Element;
}

/**
 * A conversation from the beginning, or after a position, up to `bytes_max` of messages; one message at least. Page by page, as everybody reads
 * it: rejects with `not_found` for what the session may not read.
 */
export async function readTranscript(
  reading: Pick<Reading, "page">,
  session: Session,
  { c, after = BEGINNING }: TranscriptAsked,
  { bytes_max, page }: { readonly bytes_max: number; readonly page: number },
): Promise<Transcript> {
  const messages: string[] = [];
  const incomplete: Range[] = [];
  let left = bytes_max;
  for (let at = after; ; ) {
    const read = await reading.page(session, { c, after: at, limit: page });
    const fitting = messages.length > 0 && bytesOf(read.messages[0]) > left ? 0 : fittingCount(read.messages, bytesOf, left);
    const kept = read.messages.slice(0, fitting);
    at = placeOf(kept) ?? at;
    messages.push(...kept);
    left -= kept.reduce((bytes, message) => bytes + bytesOf(message), 0);
    const goesOn = read.more || fitting < read.messages.length;
    incomplete.push(...(goesOn ? read.incomplete.filter(([from]) => compare(from, at) < 0) : read.incomplete));
    if (!goesOn) return { messages, incomplete };
    if (fitting < read.messages.length || kept.length === 0) return { messages, incomplete, next: at };
  }
}

function bytesOf(message = ""): number {
  return Buffer.byteLength(message);
}

function placeOf(messages: readonly string[]): Position | undefined {
  const last = messages.at(-1);
  return last === undefined ? undefined : elementOf(last).pos;
}
