import { type History, keyOf, type Line, linesOf, type Seen } from "./history.js";

/** Somebody saw an entry: live, on a page, drawn by a client, or in the record. */
export interface Sighting {
  readonly at_ms: number;
  readonly who: string;
  readonly c: string;
  readonly seen: Seen;
}

/** All of them, in the order they were made. */
export function sightings(history: History): Sighting[] {
  return history.flatMap((line) => seenIn(line).map((seen) => ({ ...place(line), seen })));
}

/** The rows of each conversation's record. */
export function records(history: History): ReadonlyMap<string, readonly Seen[]> {
  return new Map(linesOf(history, "record").map(({ c, seen }) => [c, seen]));
}

/** Names the message of an entry; undefined for one that its reader may not see. */
export function messageKey(c: string, { from, mid }: Seen): string | undefined {
  return from === undefined || mid === undefined ? undefined : keyOf(c, from, mid);
}

function seenIn(line: Line): readonly Seen[] {
  switch (line.t) {
    case "event":
      return [line.seen];
    case "page":
    case "record":
      return line.seen;
    case "view":
      return line.shown;
    default:
      return [];
  }
}

function place(line: Line): Omit<Sighting, "seen"> {
  return { at_ms: line.at_ms, who: "who" in line ? line.who : "", c: "c" in line ? (line.c ?? "") : "" };
}
