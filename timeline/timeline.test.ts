import assert from "node:assert/strict";
import { test } from "node:test";
import { DeskError } from "../lib/errors.js";
import { ADA, as, Ear, held, LIN, SYSTEM, TENANT, VISITOR } from "../test/contract/broker/chat.js";
import { Gate } from "../test/support/gate.js";
import { instead, Replaceable } from "../test/support/instead.js";
import { refusal } from "../test/support/refusal.js";
import { begin, behindGate, C, change, mids, routed, Timelines, text, watched } from "../test/support/timelines.js";
import { turns, until } from "../test/support/until.js";
import type { Broker } from "./broker.js";

/** Whether a promise has found its end, without waiting for it. */
function watch(promise: Promise<unknown>): { readonly state: string } {
  const seen = { state: "open" };
  promise.then(
    () => {
      seen.state = "resolved";
    },
    (error: unknown) => {
      seen.state = error instanceof DeskError ? error.code : String(error);
    },
  );
  return seen;
}

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
  await until("the first answer to be lost", () => batches.length === 1);
  await timelines.clock.advance(100);
  await until("the second answer to be lost", () => batches.length === 2);
  await timelines.clock.advance(200);
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

test("after the broker lost everything a repeated message gets the place it had, and history has one row", async (t) => {
  const timelines = await Timelines.running(t);
  const broker = new Replaceable<Broker>(timelines.broker());
  const { router, gateway } = await timelines.house(broker.front);
  await begin(router, ADA);
  const first = await gateway.post(text("m1", { since: [0, 0] }));
  broker.real = timelines.broker();
  const again = await gateway.post(text("m1", { since: [0, 0] }));
  assert.deepEqual(again, { ...first, dup: true });
  await assert.rejects(gateway.post(text("m1", { text: "other", since: [0, 0] })), refusal("conflict"));
  await timelines.isStored();
  assert.deepEqual(
    (await timelines.stored()).filter((mid) => mid === "m1"),
    ["m1"],
  );
});

test("what was seen but not durable when the broker lost everything comes again at a higher place, once", async (t) => {
  const timelines = await Timelines.running(t);
  const broker = new Replaceable<Broker>(timelines.broker());
  const { router, gateway } = await timelines.house(broker.front);
  await begin(router, ADA);
  const gate = new Gate();
  const dying = await timelines.timeline(broker.front, { node: "n2", journal: behindGate(timelines.journal, gate) });
  const lost = await dying.append(text("m1"));
  broker.real = timelines.broker();
  const again = await gateway.post(text("m1"));
  assert.ok(again.pos[0] > lost.place.pos[0]);
  gate.open();
  assert.deepEqual(await lost.durable, { pos: again.pos, ts: again.ts });
  await timelines.isStored();
  const reasons = (await timelines.store.deadLetters(10)).map(({ reason }) => reason);
  assert.deepEqual([(await timelines.stored()).filter((mid) => mid === "m1"), reasons], [["m1"], ["late_epoch"]]);
});

test("a later life opens with a barrier and asserts what history last decided: state, assignee and members", async (t) => {
  const timelines = await Timelines.running(t);
  const broker = new Replaceable<Broker>(timelines.broker());
  const { router, gateway } = await timelines.house(broker.front);
  await begin(router, ADA);
  await routed(router, held(3, LIN));
  broker.real = timelines.broker();
  const life = await gateway.attach(TENANT, C, { limit: 10 });
  assert.deepEqual(life?.authority, { ...held(3, LIN), version: 4 });
  const events = life?.page.entries.map(({ frame }) => JSON.parse(frame).body.event);
  assert.deepEqual([events, life?.page.gap], [["barrier", "asserted"], true]);
  await assert.rejects(gateway.post(text("a1", { from: ADA })), refusal("not_assigned"));
  await gateway.post(text("l1", { from: LIN }));
});

test("a message to a cold conversation makes the router give it a life, and is then said in it", async (t) => {
  const timelines = await Timelines.running(t);
  const broker = new Replaceable<Broker>(timelines.broker());
  const { router, gateway } = await timelines.house(broker.front);
  await begin(router, ADA);
  broker.real = timelines.broker();
  const posted = await gateway.post(text("a1", { from: ADA }));
  await timelines.isStored();
  const seen = (await timelines.stored()).map((mid) => mid.replace(/_.*/, ""));
  assert.deepEqual([seen, posted.pos[1]], [["v1", "v2", "barrier", "asserted", "a1"], 3]);
});

test("a closed conversation without a life answers what was said in it, and refuses what was not", async (t) => {
  const timelines = await Timelines.running(t);
  const broker = new Replaceable<Broker>(timelines.broker());
  const { router, gateway } = await timelines.house(broker.front);
  await begin(router, ADA);
  const first = await gateway.post(text("m1"));
  await routed(router, held(3, undefined, "closed"));
  await timelines.isStored();
  broker.real = timelines.broker();
  assert.deepEqual(await gateway.post(text("m1")), { ...first, dup: true });
  await assert.rejects(gateway.post(text("m2")), refusal("closed"));
  assert.equal(await gateway.attach(TENANT, C, { limit: 10 }), undefined);
  assert.deepEqual(await gateway.life(C), { at: "cold" });
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
  assert.deepEqual(
    (await timelines.stored()).filter((mid) => mid === "m1"),
    ["m1"],
  );
});

test("an entry that reached the journal only after its storage epoch ended is said again, and its sender gets the place that stands", async (t) => {
  const timelines = await Timelines.running(t);
  const gate = new Gate();
  const broker = timelines.broker();
  const { router, gateway } = await timelines.house(broker);
  await begin(router, ADA);
  const node = await timelines.timeline(broker, { node: "n2", journal: behindGate(timelines.journal, gate) });
  const receipt = await node.append(text("m1"));
  await broker.install(await timelines.journal.seal("another router"));
  const life = await gateway.attach(TENANT, C, { limit: 1 });
  gate.open();
  const place = await receipt.durable;
  assert.deepEqual(place.pos, [life?.epoch, 3]);
  await timelines.isStored();
  assert.deepEqual(
    (await timelines.stored()).filter((mid) => mid === "m1"),
    ["m1"],
  );
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
  const timelines = await Timelines.running(t);
  const gate = new Gate();
  const broker = timelines.broker();
  const { router, gateway } = await timelines.house(broker);
  await begin(router, ADA);
  const node = await timelines.timeline(broker, { node: "n2", journal: behindGate(timelines.journal, gate) });
  const receipt = await node.append(text("m1"));
  await broker.install(await timelines.journal.seal("another router"));
  gate.open();
  await assert.rejects(receipt.durable, refusal("unavailable"));
  const posted = await gateway.post(text("m1"));
  await timelines.isStored();
  assert.deepEqual([(await timelines.stored()).filter((mid) => mid === "m1"), posted.dup, posted.pos], [["m1"], true, receipt.place.pos]);
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
  const timelines = new Timelines(t);
  const broker = timelines.broker();
  const { router, gateway } = await timelines.house(broker);
  await begin(router);
  const ear = await Ear.at(broker, "n1");
  await gateway.attach(TENANT, C, { limit: 1 });
  await assert.rejects(gateway.attach("rival", C, { limit: 1 }), refusal("not_found"));
  await gateway.post(text("m1"));
  assert.deepEqual(ear.mids, ["m1"]);
});

test("a node that leaves hears nothing more, and leaving twice is leaving once", async (t) => {
  const timelines = new Timelines(t);
  const broker = timelines.broker();
  const { router, gateway } = await timelines.house(broker);
  await begin(router);
  const ear = await Ear.at(broker, "n1");
  await gateway.attach(TENANT, C, { limit: 1 });
  await gateway.attach(TENANT, C, { limit: 1 });
  await gateway.detach(C);
  await gateway.detach(C);
  await gateway.post(text("m1"));
  assert.deepEqual(ear.mids, []);
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
