import { isDeepStrictEqual } from "node:util";
import type { DirectoryCache } from "../directory/cache.js";
import type { Desk, DeskEvent } from "./state.js";

/** What the directory says of hours by now, for those who wait for them by what it said before. */
export async function changedHours(directory: Pick<DirectoryCache, "get">, tenant: string, desk: Desk): Promise<DeskEvent[]> {
  const changed: DeskEvent[] = [];
  for (const topic of desk.queue.topics()) {
    const waiting = desk.queue.line(topic).filter(({ offline }) => offline);
    if (waiting.length === 0) continue;
    const hours = (await directory.get("topic", tenant, topic))?.hours;
    if (waiting.some(({ terms }) => !isDeepStrictEqual(terms.hours, hours)))
      changed.push({ type: "hours", topic, ...(hours && { hours }) });
  }
  return changed;
}
