import assert from "node:assert/strict";
import { test } from "node:test";
import { compare, type Position } from "../proto/position.js";
import { ADA, held, LIN, SUN, TENANT, VISITOR } from "../test/contract/broker/chat.js";
import { GatewayStage } from "../test/support/gateway-stage.js";
import { begin, C, routed, text } from "../test/support/timelines.js";
import { turns, until } from "../test/support/until.js";

/** After it a life that nobody uses is gone: its day, and the sweep behind it. */
const IDLE_MS = 86_460_000;

const mids = (frames: readonly Record<string, unknown>[]): unknown[] => frames.map(({ mid }) => mid);

test("a socket that opens a conversation twice at the same time gets each event once, and is gone when it leaves", async (t) => {
  const stage = await GatewayStage.start(t);
  await begin(stage.routing);
  const wei = await stage.client(VISITOR);
  const [first, second] = [wei.say("open", { c: C }), wei.say("open", { c: C })];
  await wei.reply(first);
  await wei.reply(second);
  await (await stage.gateway.context.timeline.append(text("m1"))).durable;
  assert.deepEqual(mids(wei.events("message")), ["m1"]);
  await wei.leave();
  const life = await stage.broker.attach({ E: stage.routing.epoch, node: "x", tenant: TENANT, c: C, serial: 1, read: { limit: 1 } });
  assert.deepEqual(life.at === "attached" && life.present, []);
});

test("an open that fails leaves a socket as it was: one that was not attached gets nothing, one that was goes on", async (t) => {
  const stage = await GatewayStage.start(t);
  await begin(stage.routing);
  const [fresh, open] = [await stage.client(VISITOR), await stage.client(VISITOR)];
  await open.ask("open", { c: C });
  t.mock.method(stage.gateway.context.reading, "newest", () => Promise.reject(new Error("a broken disk")));
  assert.equal(await fresh.refusal("open", { c: C }), "unavailable");
  assert.equal(await open.refusal("open", { c: C }), "unavailable");
  await (await stage.gateway.context.timeline.append(text("m1"))).durable;
  await turns();
  assert.deepEqual([mids(fresh.events("message")), mids(open.events("message"))], [[], ["m1"]]);
  assert.deepEqual([(await fresh.ask("ping"))["heads"], Object.keys((await open.ask("ping"))["heads"] as object)], [{}, [C]]);
});

test("a reply that opens has everything up to its head, and every event after it follows", async (t) => {
  const stage = await GatewayStage.start(t);
  await begin(stage.routing);
  const { timeline } = stage.gateway.context;
  const wei = await stage.client(VISITOR);
  const opening = wei.say("open", { c: C });
  await Promise.all(["m1", "m2", "m3"].map((mid) => timeline.append(text(mid))));
  const { messages, head } = await wei.reply(opening);
  await turns();
  const after = wei.events("message");
  assert.deepEqual([...mids(messages as Record<string, unknown>[]), ...mids(after)], ["v1", "m1", "m2", "m3"]);
  assert.ok(after.every(({ pos }) => compare(pos as Position, head as Position) > 0));
  assert.deepEqual(wei.order, [1, opening, ...after.map(() => "message")]);
});

test("a socket that closes while its open is under way keeps nothing attached", async (t) => {
  const stage = await GatewayStage.start(t);
  await begin(stage.routing);
  const wei = await stage.client(VISITOR);
  wei.say("open", { c: C });
  await wei.leave();
  await turns(10);
  const life = await stage.broker.attach({ E: stage.routing.epoch, node: "x", tenant: TENANT, c: C, serial: 1, read: { limit: 1 } });
  assert.deepEqual(life.at === "attached" && life.present, []);
});

test("what the caller may not read is not found, and so is what never was", async (t) => {
  const stage = await GatewayStage.start(t);
  await begin(stage.routing);
  const other = await stage.client({ id: "v_2", role: "visitor", name: "Mei" });
  assert.deepEqual([await other.refusal("open", { c: C }), await other.refusal("open", { c: "c_none" })], ["not_found", "not_found"]);
});

test("a resume goes on after its position, behind the reply to hello, and says when there is a gap", async (t) => {
  const stage = await GatewayStage.start(t);
  await begin(stage.routing);
  const { timeline } = stage.gateway.context;
  const { pos } = await (await timeline.append(text("m1"))).durable;
  await (await timeline.append(text("m2"))).durable;
  const wei = await stage.client(VISITOR, { [C]: pos });
  await turns();
  assert.deepEqual(wei.order, [1, "message"]);
  assert.deepEqual(mids(wei.events("message")), ["m2"]);
  const lost = await stage.client(VISITOR, { [C]: [pos[0], 40] });
  assert.deepEqual(lost.socket.frames[0]?.["resumed"], { [C]: { head: [pos[0], 3], gap: true } });
  assert.deepEqual(lost.events("gap"), [{ ev: "gap", c: C, after: [pos[0], 40], head: [pos[0], 3] }]);
});

test("what was closed long ago is resumed by its end: with a gap for who did not see it, and with nothing for who did", async (t) => {
  const stage = await GatewayStage.start(t);
  await begin(stage.routing);
  await routed(stage.routing, held(2, undefined, "closed"));
  await stage.timelines.isStored();
  await stage.timelines.clock.advance(IDLE_MS);
  t.mock.method(stage.router, "revive", async () => "closed" as const);
  assert.deepEqual(await stage.gateway.context.timeline.life(C), { at: "cold" });
  const { head = [0, 0] } = (await stage.timelines.history.conversation(TENANT, C)) ?? {};
  const behind: Position = [head[0], 1];
  const [wei, tab] = [await stage.client(VISITOR, { [C]: behind }), await stage.client(VISITOR, { [C]: head })];
  await turns();
  assert.deepEqual(wei.socket.frames[0]?.["resumed"], { [C]: { head, gap: true } });
  assert.deepEqual(wei.events("gap"), [{ ev: "gap", c: C, after: behind, head }]);
  assert.deepEqual([tab.socket.frames[0]?.["resumed"], tab.events("gap")], [{ [C]: { head } }, []]);
});

test("one conversation that cannot be resumed keeps none of the others back", async (t) => {
  const stage = await GatewayStage.start(t);
  await begin(stage.routing);
  const wei = await stage.client(VISITOR, { [C]: [0, 0], c_none: [1, 1] });
  const { resumed } = wei.socket.frames[0] as { resumed: Record<string, { error?: { code: string }; head?: unknown }> };
  assert.equal(resumed["c_none"]?.error?.code, "not_found");
  assert.ok(resumed[C]?.head);
});

test("who resumes learns who came and who went while it was away", async (t) => {
  const stage = await GatewayStage.start(t);
  await begin(stage.routing, ADA);
  const [ada, wei] = [await stage.client(ADA), await stage.client(VISITOR)];
  await ada.ask("open", { c: C });
  const { head } = await wei.ask("open", { c: C });
  await wei.leave();
  await ada.leave();
  const back = await stage.client(VISITOR, { [C]: head });
  await until("the presence", () => back.events("presence").length > 0);
  assert.deepEqual(back.events("presence"), [{ ev: "presence", c: C, user: ADA.id, online: false }]);
  const returned = await stage.client(ADA, { [C]: head });
  await until("the presence", () => returned.events("presence").length > 0);
  assert.deepEqual(returned.events("presence"), [{ ev: "presence", c: C, user: VISITOR.id, online: true }]);
});

test("who read a conversation for its topic hears nothing of it on another one; whoever may read it there goes on", async (t) => {
  const stage = await GatewayStage.start(t);
  await begin(stage.routing, LIN);
  const { timeline } = stage.gateway.context;
  const [ada, lin, sun, wei] = [await stage.client(ADA), await stage.client(LIN), await stage.client(SUN), await stage.client(VISITOR)];
  for (const client of [ada, lin, sun, wei]) await client.ask("open", { c: C });
  await (await timeline.append(text("m1"))).durable;
  await routed(stage.routing, { ...held(3, LIN), topic: "sales" });
  await turns();
  await (await timeline.append(text("m2"))).durable;
  await turns();
  assert.deepEqual(
    [ada, lin, sun, wei].map((client) => mids(client.events("message")).filter((mid) => mid === "m1" || mid === "m2")),
    [["m1"], ["m1", "m2"], ["m1", "m2"], ["m1", "m2"]],
  );
  assert.equal(await ada.refusal("typing", { c: C }), "not_found");
});
