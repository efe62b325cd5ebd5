import assert from "node:assert/strict";
import { test } from "node:test";
import { DeskError } from "../lib/errors.js";
import { ADA, VISITOR } from "../test/contract/broker/chat.js";
import { PlainLive } from "../test/support/live-stage.js";
import { turns } from "../test/support/until.js";

async function attached() {
  const live = new PlainLive();
  live.say(3);
  return live;
}

async function welcomed(live: PlainLive, user = VISITOR) {
  const made = live.reader(user);
  const life = await live.conversation.attach({ limit: 1 });
  live.conversation.welcome(made.reader);
  made.reader.release(life?.head ?? [0, 0]);
  return made.reader;
}

test("a user's first socket here tells that it is present, its last that it is not", async () => {
  const live = await attached();
  const first = await welcomed(live);
  const second = await welcomed(live);
  live.conversation.remove(first);
  assert.deepEqual(live.told, [["v_1", true]]);
  live.conversation.remove(second);
  assert.deepEqual(live.told, [
    ["v_1", true],
    ["v_1", false],
  ]);
});

test("a socket that opens a conversation twice is present once", async () => {
  const live = await attached();
  const reader = await welcomed(live);
  live.conversation.welcome(reader);
  live.conversation.remove(reader);
  assert.deepEqual(live.told, [
    ["v_1", true],
    ["v_1", false],
  ]);
});

test("a socket that was never let in takes nobody's presence away", async () => {
  const live = await attached();
  await welcomed(live);
  live.conversation.remove(live.reader(VISITOR, "s2").reader);
  assert.deepEqual(live.told, [["v_1", true]]);
});

test("who left before it was let in is not told", async () => {
  const live = await attached();
  const { reader } = live.reader();
  live.conversation.remove(reader);
  live.conversation.welcome(reader);
  assert.deepEqual(live.told, []);
});

test("after a loss everybody here is told as present anew", async () => {
  const live = await attached();
  await welcomed(live);
  await welcomed(live, ADA);
  live.told.length = 0;
  await live.conversation.reattach();
  assert.deepEqual(live.told, [
    ["v_1", true],
    ["ada", true],
  ]);
});

test("an attachment that is refused for now is tried again each second, until it holds or nobody reads", async () => {
  const live = await attached();
  const reader = await welcomed(live);
  live.fault = new DeskError("unavailable");
  const reattached = live.conversation.reattach();
  await live.clock.advance(2_500);
  live.fault = undefined;
  live.say(1, { lost: true });
  await live.clock.advance(500);
  await reattached;
  await turns();
  assert.deepEqual(reader.delivered, [10, 4]);
  live.fault = new DeskError("unavailable");
  const again = live.conversation.reattach();
  live.conversation.remove(reader);
  await live.clock.advance(1_000);
  await again;
  assert.equal(live.clock.timers, 0);
});

test("a window that cannot be read is read again, and what arrived meanwhile comes once", async () => {
  const live = await attached();
  const { reader, socket } = live.reader();
  await live.conversation.attach({ limit: 1 });
  live.fault = new DeskError("unavailable");
  reader.release([10, 1]);
  await turns();
  live.say(2);
  live.fault = undefined;
  await live.clock.advance(1_000);
  await turns();
  assert.deepEqual(socket.sent, live.frames([10, 1]));
});

test("a conversation that closed and lost its life ends for its readers, and for a reply under way it does not", async () => {
  const live = await attached();
  const reader = await welcomed(live);
  const { reader: held } = live.reader(ADA);
  live.ended = [10, 5];
  await live.conversation.reattach();
  assert.deepEqual([reader.left, held.left], [true, false]);
  assert.deepEqual(live.told.at(-1), ["v_1", false]);
});

test("the last attachment that finds nobody left and no life detaches the node", async () => {
  const live = await attached();
  live.ended = [10, 5];
  assert.equal(await live.conversation.attach({ limit: 1 }), undefined);
  assert.deepEqual(live.detached, ["c_1"]);
});

test("the head never moves back, whatever an answer says", async () => {
  const live = await attached();
  live.say(2);
  live.conversation.entry({ pos: [10, 9], frame: "{}" } as never);
  await live.conversation.attach({ limit: 1 });
  assert.deepEqual(live.conversation.head, [10, 9]);
});
