import assert from "node:assert/strict";
import { test } from "node:test";
import { DeskError } from "../lib/errors.js";
import { ADA, as, Ear, held, TENANT, VISITOR } from "../test/contract/broker/chat.js";
import { Gate } from "../test/support/gate.js";
import { instead } from "../test/support/instead.js";
import { refusal } from "../test/support/refusal.js";
import { begin, behindGate, C, change, mids, Timelines, text, watched } from "../test/support/timelines.js";
import { turns, until, watch } from "../test/support/until.js";
import type { Broker } from "./broker.js";

test("a message is seen at once, and acknowledged only when the journal has it", async (t) => {
  const timelines = await Timelines.running(t);
  const gate = new Gate();
  const broker = timelines.broker();
  const router = await timelines.timeline(broker, { node: "r1" });
  await begin(router);
  const ear = new Ear();
  const gateway = await timelines.timeline(broker, { journal: behindGate(timelines.journal, gate) });
  await broker.subscribe("n1", ear);
  await gateway.attach(TENANT, C, { limit: 10 });
  const receipt = await gateway.append(text("m1"));
  const durable = watch(receipt.durable);
  await turns(20);
  assert.deepEqual([ear.mids, durable.state, receipt.dup], [["m1"], "open", false]);
  gate.open();
  assert.deepEqual(await receipt.durable, receipt.place);
  await timelines.isStored();
  assert.deepEqual(await timelines.stored(), ["v1", "m1"]);
});

test("a message is acknowledged only when it is settled, too", async (t) => {
  const timelines = new Timelines(t);
  const gate = new Gate();
  const broker = timelines.broker();
  await begin(await timelines.timeline(broker, { node: "r1" }));
  const slow: Broker = instead<Broker>(broker, { settle: (E, entries) => gate.opened.then(() => broker.settle(E, entries)) });
  const gateway = await timelines.timeline(slow);
  const before = await timelines.journal.end(0);
  const receipt = await gateway.append(text("m1"));
  const durable = watch(receipt.durable);
  await until("the journal to have it", async () => (await timelines.journal.end(0)) > before);
  await turns(20);
  assert.equal(durable.state, "open");
  gate.open();
  await receipt.durable;
  assert.deepEqual(await broker.unsettled(gateway.epoch, 10), []);
});

test("a sender waits 3 s for the journal and is told pending; the message becomes durable all the same", async (t) => {
  const timelines = await Timelines.running(t);
  const gate = new Gate();
  const broker = timelines.broker();
  await begin(await timelines.timeline(broker, { node: "r1" }));
  const gateway = await timelines.timeline(broker, { journal: behindGate(timelines.journal, gate) });
  const receipt = await gateway.append(text("m1"));
  const durable = watch(receipt.durable);
  await timelines.clock.advance(2_999);
  assert.equal(durable.state, "open");
  await timelines.clock.advance(1);
  assert.equal(durable.state, "pending");
  gate.open();
  await until("the outbox to settle it", async () => (await broker.unsettled(gateway.epoch, 10)).length === 0);
  assert.deepEqual(await gateway.post(text("m1")), { ...receipt.place, dup: true });
});

test("a resend while the first is under way waits for the first one's settle, and 3 s of its own", async (t) => {
  const timelines = await Timelines.running(t);
  const gate = new Gate();
  const broker = timelines.broker();
  await begin(await timelines.timeline(broker, { node: "r1" }));
  const gateway = await timelines.timeline(broker, { journal: behindGate(timelines.journal, gate) });
  const first = await gateway.append(text("m1"));
  await timelines.clock.advance(2_000);
  const again = await gateway.append(text("m1"));
  const states = [watch(first.durable), watch(again.durable)];
  await timelines.clock.advance(1_500);
  assert.deepEqual([states.map(({ state }) => state), again.dup, again.place], [["pending", "open"], true, first.place]);
  gate.open();
  assert.deepEqual(await again.durable, first.place);
});

test("a duplicate at another node is not acknowledged before the journal has the first one", async (t) => {
  const timelines = await Timelines.running(t);
  const [first, second] = [new Gate(), new Gate()];
  const broker = timelines.broker();
  await begin(await timelines.timeline(broker, { node: "r1" }));
  const one = await timelines.timeline(broker, { node: "n1", journal: behindGate(timelines.journal, first) });
  const two = await timelines.timeline(broker, { node: "n2", journal: behindGate(timelines.journal, second) });
  const said = await one.append(text("m1"));
  const again = await two.append(text("m1"));
  const durable = watch(again.durable);
  await turns(20);
  assert.equal(durable.state, "open");
  second.open();
  assert.deepEqual(await again.durable, said.place);
  first.open();
  await said.durable;
  await timelines.isStored();
  assert.deepEqual(await timelines.stored(), ["v1", "m1"]);
});

test("a journal whose answer was lost gets the record again under its position, and history has one row", async (t) => {
  const timelines = await Timelines.running(t);
  const broker = timelines.broker();
  await begin(await timelines.timeline(broker, { node: "r1" }));
  let lost = 2;
  const { journal, batches } = watched(timelines.journal);
  const forgetful = instead(journal, {
    append: async (records) => {
      await journal.append(records);
      if (lost-- > 0) throw new DeskError("unavailable");
    },
  });
  const gateway = await timelines.timeline(broker, { journal: forgetful });
  const receipt = await gateway.append(text("m1"));
  for (const [left, delay_ms] of [
    [1, 100],
    [0, 200],
  ] as const) {
    await until("an answer to be lost", () => lost === left);
    await turns();
    await timelines.clock.advance(delay_ms);
  }
  assert.deepEqual(await receipt.durable, receipt.place);
  await timelines.isStored();
  assert.deepEqual([await timelines.stored(), batches.length], [["v1", "m1"], 3]);
});

test("an assignment that is not durable goes to the journal in front of what its agent says, in the same batch", async (t) => {
  const timelines = await Timelines.running(t);
  const gate = new Gate();
  const broker = timelines.broker();
  await begin(await timelines.timeline(broker, { node: "r0" }));
  const { journal, batches } = watched(timelines.journal);
  const router = await timelines.timeline(broker, { node: "r1", journal: behindGate(timelines.journal, gate) });
  const gateway = await timelines.timeline(broker, { journal });
  as(await router.route(change(held(2, ADA))), "routed");
  await gateway.post(text("a1", { from: ADA }));
  assert.deepEqual(batches, [["v2", "a1"]]);
  gate.open();
  await gateway.post(text("a2", { from: ADA }));
  assert.deepEqual(batches.at(-1), ["a2"]);
  await timelines.isStored();
  assert.deepEqual(await timelines.stored(), ["v1", "v2", "a1", "a2"]);
});

test("with 150 messages that wait for the journal a conversation is busy, and takes again when they are through", async (t) => {
  const timelines = new Timelines(t);
  const gate = new Gate();
  const broker = timelines.broker();
  await begin(await timelines.timeline(broker, { node: "r1" }));
  const gateway = await timelines.timeline(broker, { journal: behindGate(timelines.journal, gate) });
  const receipts = [];
  for (let i = 1; i <= 150; i++) receipts.push(await gateway.append(text(`m${i}`)));
  await assert.rejects(gateway.append(text("m151")), refusal("busy"));
  gate.open();
  await Promise.all(receipts.map(({ durable }) => durable));
  await gateway.post(text("m151", { since: (await gateway.append(text("m150"))).place.pos }));
});

test("messages of a sender who waits for each place stand in the order they were said", async (t) => {
  const timelines = new Timelines(t);
  const { router, gateway } = await timelines.house(timelines.broker());
  await begin(router);
  for (let i = 1; i <= 20; i++) await gateway.append(text(`m${i}`));
  const window = as(await gateway.window(C, { after: [0, 0], limit: 100 }), "window");
  assert.deepEqual(mids(window.page.entries), ["v1", ...Array.from({ length: 20 }, (_, i) => `m${i + 1}`)]);
});

test("draining waits for what was taken to become durable, but no longer than the deadline", async (t) => {
  const timelines = new Timelines(t);
  const gate = new Gate();
  const broker = timelines.broker();
  await begin(await timelines.timeline(broker, { node: "r1" }));
  const gateway = await timelines.timeline(broker, { journal: behindGate(timelines.journal, gate) });
  await gateway.append(text("m1"));
  const [late, patient] = [watch(gateway.drain(1_000)), watch(gateway.drain(60_000))];
  await timelines.clock.advance(1_000);
  assert.deepEqual([late.state, patient.state], ["resolved", "open"]);
  gate.open();
  await until("the patient drain", () => patient.state === "resolved");
  assert.deepEqual(await broker.unsettled(gateway.epoch, 10), []);
});

test("a mark is told at once and written within a second, the last of a period only", async (t) => {
  const timelines = await Timelines.running(t);
  const broker = timelines.broker();
  const { router, gateway } = await timelines.house(broker);
  await begin(router);
  const ear = await Ear.at(broker, "n1");
  await gateway.attach(TENANT, C, { limit: 1 });
  const [one, two] = [await gateway.post(text("m1")), await gateway.post(text("m2"))];
  const user = VISITOR.id;
  for (const read of [one.pos, two.pos, one.pos]) await gateway.mark(TENANT, C, { user, read }, "s1");
  assert.deepEqual(ear.events, [
    { ev: "mark", c: C, user, read: one.pos },
    { ev: "mark", c: C, user, read: two.pos },
  ]);
  await timelines.clock.advance(1_000);
  await until("the mark in history", async () => (await timelines.history.marks(TENANT, C)).length > 0);
  assert.deepEqual(await timelines.history.marks(TENANT, C), [{ user, read: two.pos }]);
});
