import { BEGINNING, type Position } from "../proto/position.js";

type Range = readonly [from: Position, to: Position];

export interface Bounds {
  readonly before: Position | undefined;
  readonly after: Position | undefined;
  /** The newest epoch whose entry 1 is stored, 0 when there is none. What is older is over: what is not stored there never lasted. */
  readonly latest: number;
  /** Nothing is stored below the first row. */
  readonly bottom: boolean;
}

/** What is missing between the rows of a page, ascending, and between them and its bounds. Pure. */
export function holes(rows: readonly { readonly pos: Position }[], { before, after, latest, bottom }: Bounds): readonly Range[] {
  const edge = after ?? (bottom ? BEGINNING : undefined);
  const places = [edge, ...rows.map(({ pos }) => pos), before].filter((pos) => pos !== undefined);
  return places.slice(1).flatMap((pos, i) => hole(places[i] as Position, pos, latest));
}

/**
 * Inside an epoch positions have no holes, so a missing one is not stored yet. Where a later epoch begins whose entry 1 is not stored, the end
 * of the one before is not known either.
 */
function hole(last: Position, next: Position, latest: number): readonly Range[] {
  const [epoch, n] = next;
  const over = epoch < latest || (epoch === latest && last[0] < epoch);
  const joined = last[0] === epoch && n <= last[1] + 1;
  return over || joined ? [] : [[last, [epoch, Math.max(n - 1, 0)]]];
}
