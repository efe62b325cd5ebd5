import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { ADA, VISITOR } from "../test/contract/broker/chat.js";
import { Gate } from "../test/support/gate.js";
import { GatewayStage, type PlainClient } from "../test/support/gateway-stage.js";
import { begin, C } from "../test/support/timelines.js";
import { turns } from "../test/support/until.js";

async function crowd(t: TestContext, count: number): Promise<{ readonly stage: GatewayStage; readonly clients: PlainClient[] }> {
  const stage = await GatewayStage.start(t);
  const clients: PlainClient[] = [];
  for (let i = 0; i < count; i++) clients.push(await stage.client({ ...VISITOR, id: `v_${i}` }));
  return { stage, clients };
}

function open(clients: readonly PlainClient[]): number {
  return clients.filter(({ socket }) => socket.ended === undefined).length;
}

test("each client is told its own time to come back, so many a second and none before what is under way could be answered", async (t) => {
  const { stage, clients } = await crowd(t, 5);
  void stage.gateway.drain(10_000);
  await turns();
  const slots = clients.map((each) => each.events("goaway").map(({ reason, reconnect_in_ms }) => [reason, reconnect_in_ms]));
  assert.deepEqual(
    slots,
    [100, 102, 104, 106, 108].map((slot_ms) => [["drain", slot_ms]]),
  );
});

test("many clients share the time there is: nobody's slot is too late for what is under way", async (t) => {
  const { stage, clients } = await crowd(t, 60);
  void stage.gateway.drain(100);
  await turns();
  const slots = clients.map((each) => Number(each.events("goaway")[0]?.["reconnect_in_ms"]));
  assert.deepEqual(
    slots,
    [...slots].sort((a, b) => a - b),
  );
  assert.deepEqual([slots[0], slots.at(-1)], [28, 56]);
});

test("who leaves at its slot is not closed, who stays is, each in its turn", async (t) => {
  const { stage, clients } = await crowd(t, 3);
  const drained = stage.gateway.drain(10_000);
  await clients[0]?.leave();
  await stage.timelines.clock.advance(401);
  assert.equal(open(clients), 3);
  await stage.timelines.clock.advance(1);
  assert.deepEqual(
    clients.map(({ socket }) => socket.ended?.reason),
    [undefined, "draining;retry_after_ms=0", undefined],
  );
  await stage.timelines.clock.advance(2);
  await drained;
  assert.deepEqual(
    clients.map(({ socket }) => socket.ended?.code),
    [undefined, 4000, 4000],
  );
});

test("what was taken is answered before its socket is closed, the others do not wait for it", async (t) => {
  const { stage, clients } = await crowd(t, 2);
  const gate = new Gate();
  await begin(stage.routing);
  const wei = await stage.client(VISITOR);
  const { timeline } = stage.gateway.context;
  const append = timeline.append.bind(timeline);
  t.mock.method(timeline, "append", async (draft: Parameters<typeof append>[0]) => {
    await gate.opened;
    return append(draft);
  });
  const sent = wei.say("send", { c: C, mid: "m1", kind: "text", body: { text: "last" } });
  const drained = stage.gateway.drain(10_000);
  await stage.timelines.clock.advance(1_000);
  assert.deepEqual([open(clients), wei.socket.ended], [0, undefined]);
  gate.open();
  await drained;
  assert.equal(wei.socket.ended?.code, 4000);
  assert.ok(wei.socket.frames.some(({ re, pos }) => re === sent && pos !== undefined));
});

test("a frame that comes after its client's slot is not taken: it is sent again elsewhere, and answered there", async (t) => {
  const { stage } = await crowd(t, 0);
  const gate = new Gate();
  const ada = await stage.client(ADA);
  t.mock.method(stage.router, "queue", () => gate.opened.then(() => ({ topics: [] })));
  ada.say("queue");
  const drained = stage.gateway.drain(10_000);
  await stage.timelines.clock.advance(399);
  const taken = ada.say("ping");
  await turns();
  assert.ok(ada.order.includes(taken));
  await stage.timelines.clock.advance(1);
  const late = ada.say("ping");
  gate.open();
  await drained;
  assert.ok(!ada.order.includes(late));
  assert.equal(ada.socket.ended?.code, 4000);
});

test("a drain ends in time for what was appended to settle, whatever is under way", async (t) => {
  const { stage } = await crowd(t, 0);
  const ada = await stage.client(ADA);
  t.mock.method(stage.router, "queue", () => new Promise(() => undefined));
  ada.say("queue");
  let over = false;
  void stage.gateway.drain(2_000).then(() => {
    over = true;
  });
  await stage.timelines.clock.advance(1_599);
  assert.equal(over, false);
  await stage.timelines.clock.advance(1);
  await turns();
  assert.equal(over, true);
  await stage.gateway.stop();
  assert.equal(ada.socket.ended?.reason, "draining;retry_after_ms=0");
});

test("a draining gateway takes nobody in, and one who said no hello is closed without a goaway", async (t) => {
  const { stage } = await crowd(t, 0);
  const mute = stage.connect();
  const drained = stage.gateway.drain(10_000);
  assert.equal(stage.gateway.admit({ origin: undefined, host: undefined, address: "127.0.0.1" }), undefined);
  await stage.timelines.clock.advance(400);
  await drained;
  assert.deepEqual([mute.socket.frames, mute.socket.ended?.code], [[], 4000]);
});

test("those who are cut at the end are told different times to come back", async (t) => {
  const { stage, clients } = await crowd(t, 3);
  await stage.gateway.stop();
  assert.deepEqual(
    clients.map(({ socket }) => socket.ended?.reason),
    [0, 2, 4].map((after_ms) => `draining;retry_after_ms=${after_ms}`),
  );
});
