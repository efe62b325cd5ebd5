import { compare } from "../../proto/position.js";
import { type Judged, judged } from "./acks.js";
import { at, type Finding } from "./finding.js";
import type { History } from "./history.js";

/** Acknowledged, and after a crash absent, or not where the acknowledgement had put it. */
export function falseAck(history: History): Finding[] {
  return judged(history).filter(isFalse).map(describe);
}

function isFalse({ ack, row, killed }: Judged): boolean {
  return row ? compare(row.pos, ack.pos) !== 0 : killed;
}

function describe({ ack: { c, at_ms, mid, pos, dup }, row }: Judged): Finding {
  const said = `${mid} was acknowledged${dup ? " as a duplicate" : ""} at ${at(pos)}`;
  return { name: "false ack", c, at_ms, text: row ? `${said} and stands at ${at(row.pos)}` : `${said} and is gone after the crash` };
}
