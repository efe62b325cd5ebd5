import { fittingCount } from "../lib/fitting.js";
import type { HistoryPage } from "../persister/history.js";
import { BEGINNING, compare, later, type Position } from "../proto/position.js";
import type { Life, Page } from "../timeline/broker.js";
import type { Entry } from "../timeline/entry.js";

/** Half-open: what lies after `from`, up to and with `to`. */
export type Range = readonly [from: Position, to: Position];

export interface Row {
  readonly pos: Position;
  /** Absent where the position is taken by something that cannot be read back. */
  readonly entry?: Entry;
}

export interface Merged {
  /** Ascending. */
  readonly rows: readonly Row[];
  readonly more: boolean;
  readonly incomplete: readonly Range[];
}

/** The window's answer to the same question. */
export type Live = Life & { readonly page: Page };

/** Asks history for what the window does not hold. */
export type AskStored = (range: { before?: Position; after?: Position }, limit: number) => Promise<HistoryPage>;

/**
 * The newest `limit` entries below `before` (or of all): the window first, then what history has below it.
 *
 * A hole between the two is never papered over: entries of the window's own life that history does not hold yet are `incomplete`.
 */
export async function mergeBackward(live: Live, before: Position | undefined, limit: number, ask: AskStored): Promise<Merged> {
  const entries = rowsOf(live.page.entries).slice(-limit);
  const floor = entries[0]?.pos ?? before ?? live.first;
  const atBeginning = live.newborn && floor[0] === live.epoch && floor[1] <= 1;
  if (atBeginning || entries.length === limit) return { rows: entries, more: !atBeginning, incomplete: [] };
  const stored = await ask({ before: floor }, limit - entries.length);
  const below = stored.rows.filter((row) => compare(row.pos, floor) < 0);
  const hole = floor[0] === live.epoch ? holeBelow(floor, below, BEGINNING) : undefined;
  return { rows: [...below, ...entries], more: stored.more, incomplete: ranges(stored.incomplete, hole) };
}

/** The first `limit` entries above `after`: what history has up to the window, then the window. */
export async function mergeForward(live: Live, after: Position, limit: number, ask: AskStored): Promise<Merged> {
  const entries = rowsOf(live.page.entries);
  if (!live.page.gap) return { rows: entries.slice(0, limit), more: live.page.more || entries.length > limit, incomplete: [] };
  const stored = await ask({ after }, limit);
  const older = stored.rows.filter((row) => compare(row.pos, live.first) < 0);
  const endsEarly = stored.more && older.length === stored.rows.length;
  if (endsEarly || older.length === limit) return { rows: older, more: true, incomplete: upTo(older.at(-1)?.pos, stored.incomplete) };
  const rows = [...older, ...entries].slice(0, limit);
  const more = live.page.more || older.length + entries.length > limit;
  return { rows, more, incomplete: ranges(clipped(live.first, stored.incomplete), holeBelow(live.first, older, after)) };
}

/** The rows above the newest hole that lies between rows; what is below it is left for a later page. */
export function aboveHoles(page: Merged): Merged {
  const newest = page.rows.at(-1)?.pos;
  const hole = newest && page.incomplete.findLast(([, to]) => compare(to, newest) < 0);
  if (!hole) return page;
  return { ...page, rows: page.rows.filter(({ pos }) => compare(pos, hole[1]) > 0), more: true };
}

function rowsOf(entries: readonly Entry[]): readonly Row[] {
  return entries.map((entry) => ({ pos: entry.pos, entry }));
}

/** Drops rows from the far end until the rest is within `bytes_max`; at least one row stays. */
export function cut(page: Merged, direction: "backward" | "forward", bytesOf: (row: Row) => number, bytes_max: number): Merged {
  const nearFirst = direction === "forward" ? page.rows : page.rows.toReversed();
  const fitting = fittingCount(nearFirst, bytesOf, bytes_max);
  if (fitting === nearFirst.length) return page;
  const kept = nearFirst.slice(0, fitting);
  const rows = direction === "forward" ? kept : kept.toReversed();
  const edge = kept.at(-1)?.pos;
  const incomplete =
    direction === "forward" ? upTo(edge, page.incomplete) : page.incomplete.filter(([, to]) => !edge || compare(to, edge) >= 0);
  return { rows, more: true, incomplete };
}

/** What is missing right below `floor` in its own life, when history's newest row there is not the one before it. */
function holeBelow(floor: Position, below: readonly Row[], after: Position): Range | undefined {
  const [epoch, n] = floor;
  const newest = later(below.at(-1)?.pos ?? BEGINNING, after);
  const stored = newest[0] === epoch ? newest[1] : 0;
  return stored < n - 1
    ? [
        [epoch, stored],
        [epoch, n - 1],
      ]
    : undefined;
}

function upTo(edge: Position | undefined, incomplete: readonly Range[]): readonly Range[] {
  return incomplete.filter(([from]) => !edge || compare(from, edge) < 0);
}

/** The ranges as far as they lie below `floor`, which the window holds. */
function clipped([epoch, n]: Position, incomplete: readonly Range[]): readonly Range[] {
  const end: Position = [epoch, n - 1];
  return incomplete.filter(([from]) => compare(from, end) < 0).map(([from, to]) => [from, compare(to, end) > 0 ? end : to]);
}

function ranges(stored: readonly Range[], hole: Range | undefined): readonly Range[] {
  const covered = hole && stored.some(([from, to]) => compare(from, hole[0]) <= 0 && compare(to, hole[1]) >= 0);
  return hole && !covered ? [...stored, hole] : stored;
}
