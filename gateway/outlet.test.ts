import assert from "node:assert/strict";
import { test } from "node:test";
import { CLOSES } from "../proto/codes.js";
import { PlainSocket } from "../test/support/plain-socket.js";
import { turns } from "../test/support/until.js";
import { Outlet, REPLAY_QUEUE_BYTES } from "./outlet.js";

function made(): { readonly socket: PlainSocket; readonly outlet: Outlet; readonly closings: string[] } {
  const socket = new PlainSocket();
  const closings: string[] = [];
  const outlet = new Outlet(socket, (name) => closings.push(name));
  socket.handler = outlet;
  return { socket, outlet, closings };
}

test("a client over its limit loses the socket as a slow consumer, and is sent nothing more", () => {
  const { socket, outlet, closings } = made();
  outlet.send("a");
  socket.full = true;
  outlet.send("b");
  socket.full = false;
  outlet.send("c");
  assert.deepEqual(socket.sent, ["a"]);
  assert.deepEqual(socket.ended, { code: 4001, reason: "slow_consumer" });
  assert.deepEqual(closings, ["slow_consumer"]);
});

test("a transport that closes by itself over its limit is counted as a slow consumer too", () => {
  const { socket, outlet, closings } = made();
  socket.send = () => {
    outlet.closed();
    return "dropped";
  };
  outlet.send("a");
  assert.deepEqual(closings, ["slow_consumer"]);
});

test("room is there at once below the limit, and after a drain when there was none", async () => {
  const { socket, outlet } = made();
  await outlet.room();
  socket.unsent = REPLAY_QUEUE_BYTES;
  let roomy = false;
  void outlet.room().then(() => {
    roomy = true;
  });
  outlet.drained();
  await turns();
  assert.equal(roomy, false);
  socket.unsent = REPLAY_QUEUE_BYTES - 1;
  outlet.drained();
  await turns();
  assert.equal(roomy, true);
});

test("who waits for room is let go when the socket closes", async () => {
  const { socket, outlet } = made();
  socket.unsent = REPLAY_QUEUE_BYTES;
  const room = outlet.room();
  outlet.closed();
  await room;
  assert.equal(outlet.roomy, true);
});

test("the reason of a close is the code's name, with the time to come back where there is one", () => {
  const [plain, timed] = [made(), made()];
  plain.outlet.close("draining");
  timed.outlet.close("overloaded", 1_500);
  assert.deepEqual(plain.socket.ended, { code: CLOSES.draining, reason: "draining" });
  assert.deepEqual(timed.socket.ended, { code: CLOSES.overloaded, reason: "overloaded;retry_after_ms=1500" });
});

test("a socket closes once: what comes after it is neither done nor counted", () => {
  const { socket, outlet, closings } = made();
  outlet.closed();
  outlet.close("draining");
  outlet.ping();
  outlet.send("late");
  assert.deepEqual([socket.ended, closings, socket.pings, socket.sent], [undefined, [], 0, []]);
});
