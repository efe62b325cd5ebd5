import { type History, keyOf, linesOf } from "../checker/history.js";
import type { HouseProcess } from "../support/house-process.js";

/** What one kill did. */
export interface Round extends Traffic {
  readonly round: number;
  readonly in_flight: number;
  /** From the kill until the server served again. */
  readonly restart_ms: number;
  /** From then until everything that had been on its way was confirmed. */
  readonly recovery_ms: number;
}

export interface Traffic {
  /** Sends of a message that had been sent before. */
  readonly resent: number;
  /** Replies that said so. */
  readonly dup: number;
  /** Conversations that clients went on with from where they were. */
  readonly resumed: number;
}

/** What happened in the history from this line on. */
export function traffic(history: History, from: number): Traffic {
  const since = history.slice(from);
  const before = new Set(linesOf(history.slice(0, from), "send").map(({ c, user, mid }) => keyOf(c, user, mid)));
  const again = linesOf(since, "send").filter(({ c, user, mid }) => before.has(keyOf(c, user, mid)));
  return {
    resent: again.length,
    dup: linesOf(since, "ack").filter(({ dup }) => dup).length,
    resumed: linesOf(since, "attach").filter((attach) => attach.from !== undefined).length,
  };
}

/** Of all lives of the server. */
export interface ServerCounts {
  /** Mids that were said before: found in the window or in history. */
  readonly deduped: number;
  readonly resumed: number;
}

/** A killed server takes its counters with it: they are read in each life, and summed. */
export async function serverCounts(house: HouseProcess, before: ServerCounts): Promise<ServerCounts> {
  const inWindow = await house.counter("deskwire_timeline_appends_total", 'result="duplicate"');
  const inHistory = await house.counter("deskwire_timeline_lookups_total", 'result="found"');
  const resumed = await house.counter("deskwire_gateway_resumes_total");
  return { deduped: before.deduped + inWindow + inHistory, resumed: before.resumed + resumed };
}
