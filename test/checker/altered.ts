import { at, type Finding } from "./finding.js";
import { type History, keyOf, linesOf } from "./history.js";
import { messageKey, sightings } from "./sightings.js";

/** Somebody read what nobody sent: the content of a message is none of those its sender gave it. */
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
  for (const { c, user, mid, content } of linesOf(history, "send")) {
    const key = keyOf(c, user, mid);
    sent.set(key, (sent.get(key) ?? new Set()).add(content));
  }
  return sent;
}
