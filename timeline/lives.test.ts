import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { ADA, as, Ear, held, LIN, SYSTEM, TENANT } from "../test/contract/broker/chat.js";
import { refusal } from "../test/support/refusal.js";
import { begin, C, change, forgetfulHouse, routed, Timelines, text } from "../test/support/timelines.js";

/** A gateway that has the conversation attached, and what its node hears. */
async function attached(t: TestContext) {
  const timelines = new Timelines(t);
  const broker = timelines.broker();
  const { router, gateway } = await timelines.house(broker);
  await begin(router);
  const ear = await Ear.at(broker, "n1");
  await gateway.attach(TENANT, C, { limit: 1 });
  return { gateway, ear };
}

test("a later life opens with a barrier and asserts what history last decided: state, assignee and members", async (t) => {
  const { router, gateway, forget } = await forgetfulHouse(t);
  await routed(router, held(3, LIN));
  forget();
  const life = await gateway.attach(TENANT, C, { limit: 10 });
  assert.deepEqual(life?.authority, { ...held(3, LIN), version: 4 });
  const events = life?.page.entries.map(({ frame }) => JSON.parse(frame).body.event);
  assert.deepEqual([events, life?.page.gap], [["barrier", "asserted"], true]);
  await assert.rejects(gateway.post(text("a1", { from: ADA })), refusal("not_assigned"));
  await gateway.post(text("l1", { from: LIN }));
});

test("a message to a cold conversation makes the router give it a life, and is then said in it", async (t) => {
  const { timelines, gateway, forget } = await forgetfulHouse(t);
  forget();
  const posted = await gateway.post(text("a1", { from: ADA }));
  await timelines.isStored();
  const seen = (await timelines.stored()).map((mid) => mid.replace(/_.*/, ""));
  assert.deepEqual([seen, posted.pos[1]], [["v1", "v2", "barrier", "asserted", "a1"], 3]);
});

test("a closed conversation without a life answers what was said in it, and refuses what was not", async (t) => {
  const { timelines, router, gateway, forget } = await forgetfulHouse(t);
  const first = await gateway.post(text("m1"));
  await routed(router, held(3, undefined, "closed"));
  await timelines.isStored();
  forget();
  assert.deepEqual(await gateway.post(text("m1")), { ...first, dup: true });
  await assert.rejects(gateway.post(text("m2")), refusal("closed"));
  assert.equal(await gateway.attach(TENANT, C, { limit: 10 }), undefined);
  assert.deepEqual(await gateway.life(C), { at: "cold" });
});

test("a change of storage epoch tells the node to attach again, and what it missed is in that attach", async (t) => {
  const timelines = await Timelines.running(t);
  const broker = timelines.broker();
  const { router, gateway } = await timelines.house(broker);
  await begin(router, ADA);
  const ear = await Ear.at(broker, "n1");
  await gateway.attach(TENANT, C, { limit: 10 });
  await broker.install(await timelines.journal.seal("another router"));
  assert.deepEqual(ear.losses, [undefined]);
  const life = await gateway.attach(TENANT, C, { limit: 10 });
  assert.equal(life?.page.gap, true);
  await gateway.post(text("m1", { since: life?.head ?? [0, 0] }));
  assert.equal(ear.mids.at(-1), "m1");
});

test("a routing change that came too late is told what stands; a cold one is for the router to revive", async (t) => {
  const timelines = new Timelines(t);
  const router = await timelines.timeline(timelines.broker(), { node: "r1" });
  assert.deepEqual(await router.route(change(held(2, ADA))), { at: "cold" });
  await begin(router, ADA);
  const late = as(await router.route({ ...change(held(2, LIN)), mid: "late" }), "stale");
  assert.deepEqual(late.authority, held(2, ADA));
  const again = as(await router.route(change(held(2, ADA))), "routed");
  assert.equal(again.receipt.dup, true);
  assert.equal(as(await router.begin({ ...text("x"), from: SYSTEM, begins: "barrier" }), "alive").authority?.version, 2);
});

test("a timeline without a reviver refuses a cold conversation with unavailable", async (t) => {
  const timelines = new Timelines(t);
  const router = await timelines.timeline(timelines.broker());
  await assert.rejects(router.append(text("m1")), refusal("unavailable"));
  await assert.rejects(router.attach(TENANT, C, { limit: 1 }), refusal("unavailable"));
});

test("a reviver that brings nothing about is asked a few times, not for ever", async (t) => {
  const timelines = new Timelines(t);
  let asked = 0;
  const reviver = { revive: async () => (++asked > 0 ? "alive" : "closed") as "alive" };
  const gateway = await timelines.timeline(timelines.broker(), { reviver });
  await assert.rejects(gateway.append(text("m1")), refusal("unavailable"));
  assert.ok(asked > 1 && asked < 20);
});

test("another tenant's conversation is not_found to whoever attaches it, and its readers here go on", async (t) => {
  const { gateway, ear } = await attached(t);
  await assert.rejects(gateway.attach("rival", C, { limit: 1 }), refusal("not_found"));
  await gateway.post(text("m1"));
  assert.deepEqual(ear.mids, ["m1"]);
});

test("a node that leaves hears nothing more, and leaving twice is leaving once", async (t) => {
  const { gateway, ear } = await attached(t);
  await gateway.attach(TENANT, C, { limit: 1 });
  await gateway.detach(C);
  await gateway.detach(C);
  await gateway.post(text("m1"));
  assert.deepEqual(ear.mids, []);
});
