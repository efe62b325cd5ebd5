import { at, type Finding } from "./finding.js";
import { type History, type LineOf, linesOf, type Seen } from "./history.js";
import { messageKey, records } from "./sightings.js";

/** Clients that show less than history has, when everything is over. */
export function shortViews(history: History): Finding[] {
  const record = records(history);
  return linesOf(history, "view").flatMap((view) => missingIn(view, record.get(view.c) ?? []));
}

function missingIn({ who, c, at_ms, shown }: LineOf<"view">, rows: readonly Seen[]): Finding[] {
  const drawn = new Set(shown.map((each) => messageKey(c, each)));
  const missing = rows.filter(({ kind }) => kind === "text").find((row) => !drawn.has(messageKey(c, row)));
  if (!missing) return [];
  return [{ name: "silent gap", c, at_ms, text: `${who} does not show ${missing.mid}, which history has at ${at(missing.pos)}` }];
}
