import { compare, follows } from "../../proto/position.js";
import { at, type Finding } from "./finding.js";
import type { History, LineOf, Seen } from "./history.js";

type Pages = LineOf<"page"> | LineOf<"record">;

/**
 * Pages that leave something out and do not say so: inside a life the positions of a page have no hole, but where it says `incomplete`. A
 * life that is over may have holes for ever: what did not last before it ended is in nobody's history.
 */
export function pageHoles(history: History): Finding[] {
  const pages = history.filter((line): line is Pages => line.t === "page" || line.t === "record");
  return pages.flatMap((page) => holeIn(page, newestLife(pages, page.c)));
}

function newestLife(pages: readonly Pages[], c: string): number {
  return pages.reduce((newest, page) => (page.c === c ? Math.max(newest, page.seen.at(-1)?.pos[0] ?? 0) : newest), 0);
}

function holeIn(page: Pages, life: number): Finding[] {
  const incomplete = page.t === "page" ? page.incomplete : [];
  const hole = page.seen.findIndex(({ pos }, i) => {
    const before = page.seen[i - 1]?.pos;
    if (pos[0] !== life || !before || before[0] !== life || follows(before, pos)) return false;
    return !incomplete.some(([from, to]) => compare(from, before) <= 0 && compare(to, [pos[0], pos[1] - 1]) >= 0);
  });
  if (hole < 1) return [];
  const [before, after] = [page.seen[hole - 1] as Seen, page.seen[hole] as Seen];
  const text = `${page.who} read ${at(after.pos)} right after ${at(before.pos)} in a ${page.t} that names nothing as incomplete there`;
  return [{ name: "silent gap", c: page.c, at_ms: page.at_ms, text }];
}
