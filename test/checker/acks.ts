import { compare } from "../../proto/position.js";
import { type History, keyOf, type LineOf, linesOf, type Seen } from "./history.js";
import { messageKey, records } from "./sightings.js";

/** An acknowledged message and its row in the record, if there is one. */
export interface Judged {
  readonly ack: LineOf<"ack">;
  /** The one at the acknowledged place, when there are several. */
  readonly row: Seen | undefined;
  /** The server was killed after it had said that the message lasts. */
  readonly killed: boolean;
}

/** Every acknowledgement whose conversation was read in the end. */
export function judged(history: History): Judged[] {
  const rows = rowsByMessage(history);
  const record = records(history);
  const lastKill_ms = linesOf(history, "kill").at(-1)?.at_ms ?? Number.NEGATIVE_INFINITY;
  return linesOf(history, "ack")
    .filter(({ c }) => record.has(c))
    .map((ack) => {
      const own = rows.get(keyOf(ack.c, ack.user, ack.mid)) ?? [];
      const row = own.find(({ pos }) => compare(pos, ack.pos) === 0) ?? own.at(-1);
      return { ack, row, killed: ack.at_ms < lastKill_ms };
    });
}

function rowsByMessage(history: History): ReadonlyMap<string, readonly Seen[]> {
  const rows = new Map<string, Seen[]>();
  for (const [c, seen] of records(history))
    for (const row of seen) {
      const key = messageKey(c, row) ?? "";
      rows.set(key, [...(rows.get(key) ?? []), row]);
    }
  return rows;
}
