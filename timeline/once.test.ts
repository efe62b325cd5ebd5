import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { ADA, held, LIN, TENANT } from "../test/contract/broker/chat.js";
import { Gate } from "../test/support/gate.js";
import { instead } from "../test/support/instead.js";
import { refusal } from "../test/support/refusal.js";
import { begin, behindGate, C, forgetfulHouse, routed, Timelines, text } from "../test/support/timelines.js";
import { until } from "../test/support/until.js";
import type { Broker } from "./broker.js";

/** m1 is said at a node whose journal waits at the gate, and the storage epoch ends meanwhile. */
async function overtaken(t: TestContext) {
  const timelines = await Timelines.running(t);
  const gate = new Gate();
  const broker = timelines.broker();
  const { router, gateway } = await timelines.house(broker);
  await begin(router, ADA);
  const node = await timelines.timeline(broker, { node: "n2", journal: behindGate(timelines.journal, gate) });
  const receipt = await node.append(text("m1"));
  await broker.install(await timelines.journal.seal("another router"));
  return { timelines, gateway, gate, receipt };
}

test("a refusal has its code: other content, not assigned, closed, another tenant", async (t) => {
  const timelines = new Timelines(t);
  const { router, gateway } = await timelines.house(timelines.broker());
  await begin(router, ADA);
  await gateway.post(text("m1"));
  await assert.rejects(gateway.post(text("m1", { text: "other" })), refusal("conflict"));
  await assert.rejects(gateway.post(text("l1", { from: LIN })), refusal("not_assigned"));
  await assert.rejects(gateway.post(text("m2", { tenant: "rival" })), refusal("not_found"));
  await routed(router, held(3, LIN, "closed"));
  await assert.rejects(gateway.post(text("m3")), refusal("closed"));
});

test("a refused mid stays refused for every attempt of it in flight, though the conversation came back to the agent", async (t) => {
  const timelines = new Timelines(t);
  const { router, gateway } = await timelines.house(timelines.broker());
  await begin(router, LIN);
  await assert.rejects(gateway.post(text("a1", { from: ADA })), refusal("not_assigned"));
  await routed(router, held(3, ADA));
  await assert.rejects(gateway.post(text("a1", { from: ADA })), refusal("not_assigned"));
  await gateway.post(text("a2", { from: ADA }));
});

test("a retry of what was accepted is never refused, though its agent lost the conversation twice since", async (t) => {
  const timelines = new Timelines(t);
  const { router, gateway } = await timelines.house(timelines.broker());
  await begin(router, ADA);
  const first = await gateway.post(text("a1", { from: ADA }));
  await routed(router, held(3, LIN));
  await routed(router, held(4, ADA));
  await routed(router, held(5, LIN));
  assert.deepEqual(await gateway.post(text("a1", { from: ADA })), { ...first, dup: true });
});

test("after the broker lost everything a repeated message gets the place it had, and history has one row", async (t) => {
  const { timelines, gateway, forget } = await forgetfulHouse(t);
  const first = await gateway.post(text("m1", { since: [0, 0] }));
  forget();
  const again = await gateway.post(text("m1", { since: [0, 0] }));
  assert.deepEqual(again, { ...first, dup: true });
  await assert.rejects(gateway.post(text("m1", { text: "other", since: [0, 0] })), refusal("conflict"));
  await timelines.isStored();
  assert.equal(await timelines.copies("m1"), 1);
});

test("what was seen but not durable when the broker lost everything comes again at a higher place, once", async (t) => {
  const { timelines, broker, gateway, forget } = await forgetfulHouse(t);
  const gate = new Gate();
  const dying = await timelines.timeline(broker, { node: "n2", journal: behindGate(timelines.journal, gate) });
  const lost = await dying.append(text("m1"));
  forget();
  const again = await gateway.post(text("m1"));
  assert.ok(again.pos[0] > lost.place.pos[0]);
  gate.open();
  assert.deepEqual(await lost.durable, { pos: again.pos, ts: again.ts });
  await timelines.isStored();
  const reasons = (await timelines.store.deadLetters(10)).map(({ reason }) => reason);
  assert.deepEqual([await timelines.copies("m1"), reasons], [1, ["late_epoch"]]);
});

test("while history is behind, what the window cannot prove is pending, never said twice", async (t) => {
  const timelines = await Timelines.running(t);
  const broker = timelines.broker({ entries: 2 });
  const { router, gateway } = await timelines.house(broker);
  await begin(router, ADA);
  const first = await gateway.post(text("m1"));
  await timelines.isStored();
  await timelines.stopPersisting();
  for (const mid of ["m2", "m3"]) await gateway.post(text(mid, { since: first.pos }));
  await assert.rejects(gateway.post(text("m1")), refusal("pending"));
  await assert.rejects(gateway.post(text("m4")), refusal("pending"));
  await timelines.persist();
  assert.deepEqual(await gateway.post(text("m1")), { ...first, dup: true });
  assert.equal((await gateway.post(text("m4"))).dup, false);
});

test("a message that another attempt places between the look-up and the append keeps that place", async (t) => {
  const timelines = await Timelines.running(t);
  const broker = timelines.broker({ entries: 2 });
  const { router, gateway } = await timelines.house(broker);
  await begin(router, ADA);
  const { pos: since } = await gateway.post(text("m1"));
  await gateway.post(text("m2", { since }));
  const { history } = timelines;
  const rival = await timelines.timeline(broker, { node: "n2" });
  let between: Promise<unknown> | undefined;
  const past = instead(history, {
    find: async (query) => {
      const found = await history.find(query);
      between ??= rival.post(text("m3", { since }));
      await between;
      return found;
    },
  });
  const late = await timelines.timeline(broker, { node: "n3", past });
  assert.deepEqual(await late.post(text("m3", { since: [0, 0] })), { ...((await between) as object), dup: true });
});

test("an entry whose storage epoch ended is looked up: the journal had it in time, so that place stands", async (t) => {
  const timelines = await Timelines.running(t);
  const gate = new Gate();
  const broker = timelines.broker();
  const { router, gateway } = await timelines.house(broker, {});
  await begin(router, ADA);
  const slow = instead<Broker>(broker, { settle: (E, entries) => gate.opened.then(() => broker.settle(E, entries)) });
  const node = await timelines.timeline(slow, { node: "n2" });
  const receipt = await node.append(text("m1"));
  await until("the journal to have it", async () => (await timelines.journal.end(0)) === 3);
  await broker.install(await timelines.journal.seal("another router"));
  await gateway.attach(TENANT, C, { limit: 1 });
  gate.open();
  assert.deepEqual(await receipt.durable, receipt.place);
  await timelines.isStored();
  assert.equal(await timelines.copies("m1"), 1);
});

test("an entry that reached the journal only after its storage epoch ended is said again, and its sender gets the place that stands", async (t) => {
  const { timelines, gateway, gate, receipt } = await overtaken(t);
  const life = await gateway.attach(TENANT, C, { limit: 1 });
  gate.open();
  const place = await receipt.durable;
  assert.deepEqual(place.pos, [life?.epoch, 3]);
  await timelines.isStored();
  assert.equal(await timelines.copies("m1"), 1);
  assert.deepEqual(await gateway.post(text("m1")), { ...place, dup: true });
});

test("a duplicate of an entry whose storage epoch ended gets the place that stands, too", async (t) => {
  const timelines = await Timelines.running(t);
  const [one, two] = [new Gate(), new Gate()];
  const broker = timelines.broker();
  const { router, gateway } = await timelines.house(broker);
  await begin(router, ADA);
  const dead = await timelines.timeline(broker, { node: "n2", journal: behindGate(timelines.journal, one) });
  const node = await timelines.timeline(broker, { node: "n3", journal: behindGate(timelines.journal, two) });
  await dead.append(text("m1"));
  const receipt = await node.append(text("m1"));
  await broker.install(await timelines.journal.seal("another router"));
  const life = await gateway.attach(TENANT, C, { limit: 1 });
  two.open();
  assert.deepEqual((await receipt.durable).pos, [life?.epoch, 3]);
});

test("when nobody gave the conversation a life under the next storage epoch yet, its sender is told unavailable, and a resend gets it there", async (t) => {
  const { timelines, gateway, gate, receipt } = await overtaken(t);
  gate.open();
  await assert.rejects(receipt.durable, refusal("unavailable"));
  const posted = await gateway.post(text("m1"));
  await timelines.isStored();
  assert.deepEqual([await timelines.copies("m1"), posted.dup, posted.pos], [1, true, receipt.place.pos]);
});
