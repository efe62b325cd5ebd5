import { compare, follows, type Position } from "../../proto/position.js";
import { at, type Finding } from "./finding.js";
import type { History, LineOf, Seen } from "./history.js";

type Pages = LineOf<"page"> | LineOf<"record">;

/** Between these two nothing was, when a page said so. */
interface Seam {
  readonly after: Position;
  readonly before: Position;
}

/**
 * A past that was read stays as it was: where a page showed two entries side by side, no later page has one between them. Only a seam
 * between two lives can open at all; inside a life the positions leave no room.
 */
export function inserted(history: History): Finding[] {
  const seams = new Map<string, Seam[]>();
  return history.filter(isPage).flatMap((page) => {
    const known = seams.get(page.c) ?? [];
    const found = known.flatMap((seam) => between(page, seam));
    seams.set(page.c, [...known, ...seamsOf(page)]);
    return found;
  });
}

function between(page: Pages, { after, before }: Seam): Finding[] {
  const late = page.seen.find(({ pos }) => compare(pos, after) > 0 && compare(pos, before) < 0);
  if (!late) return [];
  const text = `${at(late.pos)} appeared between ${at(after)} and ${at(before)}, which had been read side by side`;
  return [{ name: "order", c: page.c, at_ms: page.at_ms, text }];
}

function seamsOf(page: Pages): Seam[] {
  const incomplete = page.t === "page" ? page.incomplete : [];
  return page.seen
    .slice(1)
    .map((each, i) => ({ after: (page.seen[i] as Seen).pos, before: each.pos }))
    .filter(({ after, before }) => !follows(after, before))
    .filter(({ after, before }) => !incomplete.some(([from, to]) => compare(from, before) < 0 && compare(to, after) > 0));
}

function isPage(line: History[number]): line is Pages {
  return line.t === "page" || line.t === "record";
}
