import type { Position } from "../proto/position.js";

type Range = readonly [from: Position, to: Position];

/**
 * What is missing between the rows of a page, ascending, and between them and the bounds it was asked by. Pure.
 *
 * Inside an epoch positions have no holes, so a missing one is not stored yet. Nothing is known to be missing at the end of an older epoch:
 * what was not stored there never lasted.
 */
export function holes(
  rows: readonly { readonly pos: Position }[],
  { before, after }: { before: Position | undefined; after: Position | undefined },
): readonly Range[] {
  const places = rows.map(({ pos }) => pos);
  const found: Range[] = [];
  let last = after;
  for (const pos of places) {
    const expected = last && last[0] === pos[0] ? last[1] + 1 : 1;
    const known = last !== undefined || pos[1] === 1;
    if (known && pos[1] > expected)
      found.push([
        [pos[0], expected - 1],
        [pos[0], pos[1] - 1],
      ]);
    last = pos;
  }
  if (before && last && last[0] === before[0] && before[1] > last[1] + 1) found.push([last, [before[0], before[1] - 1]]);
  return found;
}
