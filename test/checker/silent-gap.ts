import { compare, type Position } from "../../proto/position.js";
import { at, type Finding } from "./finding.js";
import { type History, linesOf } from "./history.js";
import { pageHoles } from "./page-holes.js";
import type { Reading } from "./reading.js";
import { readings } from "./readings.js";
import { shortViews } from "./short-views.js";
import { records, sightings } from "./sightings.js";

/** A hole may be this old before its reader must know of it. */
export const HOLE_MS_MAX = 10_000;

/** Something is missing and its reader was not told: between two events, behind the last one, in a page, or in what a client shows. */
export function silentGap(history: History, holeMsMax = HOLE_MS_MAX): Finding[] {
  const all = readings(history);
  const end_ms = history.at(-1)?.at_ms ?? 0;
  const known = knownSince(history);
  return [
    ...all.flatMap((reading) => holesOf(reading, end_ms, holeMsMax)),
    ...all.flatMap((reading) => tailOf(reading, known.get(reading.c) ?? [], end_ms, holeMsMax)),
    ...pageHoles(history),
    ...shortViews(history),
  ];
}

function holesOf({ holes, who, c }: Reading, end_ms: number, holeMsMax: number): Finding[] {
  return holes
    .filter(({ at_ms, closed_ms }) => (closed_ms ?? end_ms) - at_ms > holeMsMax)
    .map(({ at_ms, after, next }) => ({
      ...{ name: "silent gap" as const, c, at_ms },
      text: `${who} was given ${at(next)} after ${at(after)}, and nobody told it what lies between`,
    }));
}

interface Known {
  readonly pos: Position;
  readonly since_ms: number;
}

/** What was there for longer than a hole may last, while the reader listened and was not given it. */
function tailOf(reading: Reading, known: readonly Known[], end_ms: number, holeMsMax: number): Finding[] {
  return reading.stretches.flatMap(({ from_ms, to_ms }) => {
    const over_ms = Math.min(to_ms, end_ms);
    const missed = known.find(({ pos, since_ms }) => {
      const due_ms = Math.max(since_ms, from_ms) + holeMsMax;
      return since_ms < over_ms && due_ms <= over_ms && compare(pos, reading.positionAt(due_ms)) > 0;
    });
    if (!missed) return [];
    const text = `${reading.who} listened and was never given ${at(missed.pos)}`;
    return [{ name: "silent gap", c: reading.c, at_ms: missed.since_ms, text } as const];
  });
}

/** Per conversation, when each entry that lasts was first known to anybody. */
function knownSince(history: History): ReadonlyMap<string, readonly Known[]> {
  const lasting = records(history);
  const since = new Map<string, Map<string, Known>>();
  const seen = [...sightings(history).map(({ c, at_ms, seen: { pos } }) => ({ c, at_ms, pos })), ...linesOf(history, "ack")];
  for (const { c, at_ms, pos } of seen) {
    const known = since.get(c) ?? new Map<string, Known>();
    since.set(c, known);
    const earliest = Math.min(at_ms, known.get(at(pos))?.since_ms ?? at_ms);
    known.set(at(pos), { pos, since_ms: earliest });
  }
  return new Map(
    [...since].map(([c, known]) => {
      const rows = lasting.get(c) && new Set(lasting.get(c)?.map(({ pos }) => at(pos)));
      return [c, [...known].filter(([place]) => !rows || rows.has(place)).map(([, each]) => each)];
    }),
  );
}
