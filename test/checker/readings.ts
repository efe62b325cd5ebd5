import { type History, keyOf, type Line } from "./history.js";
import { Reading } from "./reading.js";

/** Every reader of every conversation, at the end of the history. */
export function readings(history: History): readonly Reading[] {
  const all = new Map<string, Reading>();
  const of = (who: string, c: string): Reading => {
    const key = keyOf(c, who, "");
    const known = all.get(key) ?? new Reading(who, c);
    all.set(key, known);
    return known;
  };
  for (const line of history) {
    if (line.t === "close") for (const reading of all.values()) if (reading.who === line.who) reading.detach(line.at_ms);
    follow(line, of);
  }
  return [...all.values()];
}

function follow(line: Line, of: (who: string, c: string) => Reading): void {
  switch (line.t) {
    case "attach":
      return of(line.who, line.c).attach(line);
    case "detach":
      return of(line.who, line.c).detach(line.at_ms);
    case "event":
      return of(line.who, line.c).event(line);
    case "gap":
      return of(line.who, line.c).gap(line);
    case "page":
      return of(line.who, line.c).page(line);
  }
}
