import { compare } from "../../proto/position.js";
import { at, type Finding } from "./finding.js";
import { type History, keyOf, type Line, type Seen } from "./history.js";
import { inserted } from "./inserted.js";
import { messageKey, sightings } from "./sightings.js";

/** Two readers disagree: about what stands at a place, about what comes first, or about a past that one of them had read already. */
export function order(history: History): Finding[] {
  return [...twoContents(history), ...descending(history), ...inserted(history)];
}

/** A position is given once: whoever sees it sees the same message there. */
function twoContents(history: History): Finding[] {
  const first = new Map<string, { readonly key: string; readonly seen: Seen; readonly who: string }>();
  return sightings(history).flatMap(({ c, at_ms, who, seen }) => {
    const key = messageKey(c, seen);
    if (key === undefined) return [];
    const place = keyOf(c, at(seen.pos), "");
    const known = first.get(place);
    if (!known) first.set(place, { key, seen, who });
    if (!known || known.key === key) return [];
    const text = `${known.who} saw ${known.seen.mid} at ${at(seen.pos)}, ${who} saw ${seen.mid} there`;
    return [{ name: "order", c, at_ms, text } as const];
  });
}

/** Pages, views and records ascend. */
function descending(history: History): Finding[] {
  return history.flatMap((line) => {
    const list = listOf(line);
    const fault = list.findIndex((each, i) => i > 0 && compare((list[i - 1] as Seen).pos, each.pos) >= 0);
    const [before, after] = [list[fault - 1], list[fault]];
    if (!before || !after || !("who" in line) || !("c" in line)) return [];
    const text = `${line.who} read ${at(before.pos)} before ${at(after.pos)} in one ${line.t}`;
    return [{ name: "order", c: line.c ?? "", at_ms: line.at_ms, text } as const];
  });
}

function listOf(line: Line): readonly Seen[] {
  if (line.t === "page" || line.t === "record") return line.seen;
  return line.t === "view" ? line.shown : [];
}
