import { type Clock, pause } from "../lib/clock.js";
import { eventFrame } from "../proto/frames.js";
import type { Connection } from "./connection.js";

/** Part of the time over which the slots are spread: the rest is for answers under way and for those who come late. */
const SPREAD = 0.6;
/** No slot is later than this for one socket after another: a small gateway is done at once. */
const SLOT_MS_MOST = 10;
/** A client that leaves at its slot is gone before this; then the server closes. */
const LATE_MS = 300;

/**
 * Gives each client its own time to reconnect, and closes those that did not by themselves. Answers what was taken before closing. Resolves when
 * all are closed, or at the deadline.
 */
export async function closeInSlots(connections: readonly Connection[], deadline_ms: number, clock: Clock): Promise<void> {
  const step_ms = Math.min(SLOT_MS_MOST, (deadline_ms * SPREAD) / Math.max(1, connections.length));
  const closings = connections.map((connection, index) => closeAt(connection, Math.round(step_ms * index), clock));
  await Promise.race([Promise.all(closings), pause(clock, deadline_ms)]);
}

async function closeAt(connection: Connection, slot_ms: number, clock: Clock): Promise<void> {
  if (connection.greeted) connection.outlet.send(eventFrame({ ev: "goaway", reason: "drain", reconnect_in_ms: slot_ms }));
  await pause(clock, slot_ms + LATE_MS);
  await connection.idle();
  connection.outlet.close("draining");
}
