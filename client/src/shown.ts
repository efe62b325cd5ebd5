import type { MessageEvent, Party } from "../../proto/message.js";
import type { Position } from "../../proto/position.js";
import type { ClientCode } from "./errors.js";
import type { Outgoing } from "./outgoing.js";
import type { Timeline } from "./timeline.js";
import type { Fields } from "./wire.js";

/**
 * A message as it is shown. `sending`: on its way. `shown`: others may see it, the server has not confirmed it yet. `sent`: it is there for
 * ever. `failed`: it is not sent any more; retry or discard it.
 */
export interface Shown {
  readonly key: string;
  readonly mid: string;
  readonly from: Party;
  readonly mine: boolean;
  readonly kind: string;
  readonly body: Fields;
  readonly ts: number;
  readonly pos?: Position;
  readonly status: "sending" | "shown" | "sent" | "failed";
  readonly failed?: ClientCode;
  readonly recalled: boolean;
}

/** What a conversation looks like to this user: what has a place, ascending, then what is still on its way. Recalls are no messages themselves. */
export function shown(timeline: Timeline, outs: readonly Outgoing[], me: Party | undefined): Shown[] {
  const onWay = new Set(outs.map((out) => out.mid));
  const placed = timeline.messages.filter((m) => m.kind !== "recall").map((m) => placedView(m, timeline, me, onWay));
  const waiting = outs.filter((out) => out.kind !== "recall" && !timeline.has(me?.id ?? "", out.mid));
  return [...placed, ...waiting.map((out) => waitingView(out, me))];
}

function placedView(m: MessageEvent, timeline: Timeline, me: Party | undefined, onWay: ReadonlySet<string>): Shown {
  // What a visitor said before it was identified is its own too.
  const mine = m.from.id === me?.id || (me?.role === "visitor" && m.from.role === "visitor");
  const { mid, from, kind, body, ts, pos } = m;
  const status = mine && onWay.has(mid) ? "shown" : "sent";
  return { key: `${from.id}/${mid}`, mid, from, mine, kind, body, ts, pos, status, recalled: timeline.recalled(m) || isWithdrawn(m) };
}

/** Pages that were written after the recall hold nothing else of it. */
function isWithdrawn({ kind, body }: MessageEvent): boolean {
  return kind !== "routing" && kind !== "system" && body["recalled"] === true;
}

const NOBODY: Party = { id: "", role: "visitor", name: "" };

function waitingView(out: Outgoing, me: Party | undefined): Shown {
  const { mid, kind, body, at, failed } = out;
  const from = me ?? NOBODY;
  const status = failed ? "failed" : "sending";
  return { key: `${from.id}/${mid}`, mid, from, mine: true, kind, body, ts: at, status, ...(failed ? { failed } : {}), recalled: false };
}
