import { at, type Finding } from "./finding.js";
import { type History, keyOf, linesOf, TAKEN_BACK } from "./history.js";
import { messageKey, sightings } from "./sightings.js";

/** Somebody read what nobody sent: the content of a message is none of those its sender gave it, or was taken by nobody who may. */
export function altered(history: History): Finding[] {
  const sent = contents(history);
  const reported = new Set<string>();
  return sightings(history).flatMap(({ c, at_ms, who, seen }) => {
    const key = messageKey(c, seen) ?? "";
    const known = sent.get(key);
    if (!known || known.has(seen.content ?? "") || reported.has(key)) return [];
    reported.add(key);
    return [{ name: "altered", c, at_ms, text: `${who} read ${seen.mid} at ${at(seen.pos)} with a content that was never sent` } as const];
  });
}

function contents(history: History): ReadonlyMap<string, ReadonlySet<string>> {
  const sent = new Map<string, Set<string>>();
  const add = (key: string, content: string): unknown => sent.set(key, (sent.get(key) ?? new Set()).add(content));
  for (const { c, user, mid, content, takes } of linesOf(history, "send")) {
    add(keyOf(c, user, mid), content);
    if (takes !== undefined) add(keyOf(c, user, takes), TAKEN_BACK);
  }
  return sent;
}
