import { type Clock, pause } from "../lib/clock.js";
import { eventFrame } from "../proto/frames.js";
import type { Connection } from "./connection.js";

/** The gateway's part of the time there is: what it appended still has to settle in the rest. */
const SHARE = 0.8;
/** Part of that over which the slots are spread: the rest is for answers under way and for those who come late. */
const SPREAD = 0.7;
/** No slot comes before this, so that what was on its way is answered on the socket it came on. */
const FIRST_MS = 100;
/** A client that leaves at its slot is gone before this; then the server closes. */
const LATE_MS = 300;

export interface DrainTime {
  readonly deadline_ms: number;
  /** Clients that others can take in. Exceeded only when the deadline leaves no choice. */
  readonly per_s: number;
}

/** The time of each client to come back, in the order they are in. */
export function slots(count: number, { deadline_ms, per_s }: DrainTime): number[] {
  const spread_ms = deadline_ms * SHARE * SPREAD;
  const first_ms = Math.min(FIRST_MS, spread_ms / 2);
  const step_ms = Math.min(1_000 / per_s, (spread_ms - first_ms) / Math.max(1, count));
  return Array.from({ length: count }, (_, index) => Math.round(first_ms + step_ms * index));
}

/**
 * Gives each client its own time to reconnect, and closes those that did not by themselves. Each works on until its slot; then nothing more is
 * taken from it, and it is closed when what was taken is answered. Resolves when all are closed, or when the gateway's share of the deadline is over.
 */
export async function closeInSlots(connections: readonly Connection[], time: DrainTime, clock: Clock): Promise<void> {
  const each_ms = slots(connections.length, time);
  const closings = connections.map((connection, index) => closeAt(connection, each_ms[index] ?? 0, clock));
  await Promise.race([Promise.all(closings), pause(clock, time.deadline_ms * SHARE)]);
}

/** Closes all at once, but names each its own time to come back. */
export function closeAll(connections: readonly Connection[], per_s: number): void {
  for (const [index, connection] of connections.entries()) connection.outlet.close("draining", Math.round((index * 1_000) / per_s));
}

async function closeAt(connection: Connection, slot_ms: number, clock: Clock): Promise<void> {
  if (connection.greeted) connection.outlet.send(eventFrame({ ev: "goaway", reason: "drain", reconnect_in_ms: slot_ms }));
  await pause(clock, slot_ms + LATE_MS);
  await connection.finish();
  // Its time to come back was the slot, and that is over.
  connection.outlet.close("draining", 0);
}
