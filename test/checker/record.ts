import type { Position } from "../../proto/position.js";
import type { Frame, Peer } from "../support/peer.js";
import type { Seen } from "./history.js";
import { seenOf } from "./seen.js";

const PATIENCE_MS = 5_000;
const LOOK_AGAIN_MS = 50;

/**
 * All that history has of a conversation, read from its beginning by somebody who may see everything. A page that is incomplete is asked
 * for again, for as long as history may need to catch up; what it does not name then is not there.
 */
export async function readRecord(reader: Peer, c: string): Promise<readonly Seen[]> {
  const end_ms = performance.now() + PATIENCE_MS;
  const seen: Seen[] = [];
  for (let after: Position = [0, 0]; ; ) {
    const page = await reader.do("history", { c, after, limit: 200 });
    if (page["incomplete"] && performance.now() < end_ms) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
      continue;
    }
    const rows = (page["messages"] as Frame[]).map(seenOf);
    seen.push(...rows);
    if (page["more"] !== true || rows.length === 0) return seen;
    after = (rows.at(-1) as Seen).pos;
  }
}
