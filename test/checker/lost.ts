import { judged } from "./acks.js";
import { at, type Finding } from "./finding.js";
import type { History } from "./history.js";

/** Acknowledged, and not in history, though the server was not killed since. */
export function lost(history: History): Finding[] {
  return judged(history)
    .filter(({ row, killed }) => !row && !killed)
    .map(({ ack: { c, at_ms, mid, pos } }) => ({
      name: "lost",
      c,
      at_ms,
      text: `${mid} was acknowledged at ${at(pos)}; history has no such message`,
    }));
}
