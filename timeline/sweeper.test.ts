import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { ADA, Chat, held } from "../test/contract/broker/chat.js";
import { Gate } from "../test/support/gate.js";
import { log } from "../test/support/log.js";
import { behindGate, Timelines, watched } from "../test/support/timelines.js";
import { until } from "../test/support/until.js";
import type { Journal } from "./journal.js";
import { Outbox } from "./outbox.js";
import { StorageEpoch } from "./storage-epoch.js";
import { Sweeper } from "./sweeper.js";

/** A sweeper at node n1, over a conversation whose beginning is settled. */
async function swept(t: TestContext, over: (journal: Journal) => Journal = (journal) => journal) {
  const timelines = new Timelines(t);
  const { clock } = timelines;
  const broker = timelines.broker();
  const chat = await Chat.begun(broker);
  await chat.settleAll();
  const { journal, batches } = watched(timelines.journal);
  const outbox = new Outbox({ broker, journal: over(journal), clock, log });
  const epoch = new StorageEpoch(broker, timelines.journal, log);
  await epoch.confirm();
  const sweeper = new Sweeper({ node: "n1", broker, outbox, epoch, clock, log, period_ms: 1_000 });
  t.after(() => sweeper.stop());
  sweeper.start();
  const settled = (): Promise<void> => until("everything to be settled", async () => (await chat.unsettled()).length === 0);
  return { clock, broker, chat, batches, outbox, sweeper, settled };
}

test("a dead node's entry is brought to the journal and settled after 30 s, and not before", async (t) => {
  const { clock, chat, batches, settled } = await swept(t);
  await chat.said("m1", { node: "dead" });
  await clock.advance(29_000);
  assert.deepEqual(batches, []);
  await clock.advance(1_000);
  await settled();
  assert.deepEqual(batches, [["m1"]]);
});

test("an own entry that the outbox gave up is taken up again after 2 s", async (t) => {
  const { clock, chat, batches, settled } = await swept(t);
  await chat.said("m1", { node: "n1" });
  await clock.advance(1_000);
  assert.deepEqual(batches, []);
  await clock.advance(1_000);
  await settled();
  assert.deepEqual(batches, [["m1"]]);
});

test("an entry that the outbox has in hand is left to it, however long it takes", async (t) => {
  const gate = new Gate();
  const { clock, chat, batches, outbox, settled } = await swept(t, (journal) => behindGate(journal, gate));
  const place = outbox.enter(1, await chat.said("m1", { node: "n1" }), []);
  await clock.advance(60_000);
  gate.open();
  await place;
  await settled();
  assert.deepEqual(batches, [["m1"]]);
});

test("an assignment goes in front of what its agent said, also when a sweep finds only the latter due", async (t) => {
  const { clock, chat, batches, settled } = await swept(t);
  await chat.route(held(2, ADA), { node: "router" });
  await chat.said("a1", { from: ADA, node: "n1" });
  await clock.advance(2_000);
  await settled();
  assert.deepEqual(batches, [["v2", "a1"]]);
});

test("a list that cannot be had costs one round", async (t) => {
  const { clock, broker, chat, batches, settled } = await swept(t);
  await chat.said("m1", { node: "n1" });
  await clock.advance(1_000);
  t.mock.method(broker, "unsettled").mock.mockImplementationOnce(() => Promise.reject(new Error("no route")));
  await clock.advance(1_000);
  assert.deepEqual(batches, []);
  await clock.advance(1_000);
  await settled();
  assert.deepEqual(batches, [["m1"]]);
});

test("a sweeper that is stopped sweeps no more, and started twice it sweeps once", async (t) => {
  const { clock, chat, broker, sweeper } = await swept(t);
  sweeper.start();
  await chat.said("m1", { node: "dead" });
  const unsettled = t.mock.method(broker, "unsettled");
  await clock.advance(1_000);
  assert.equal(unsettled.mock.callCount(), 1);
  sweeper.stop();
  await clock.advance(60_000);
  assert.equal(unsettled.mock.callCount(), 1);
});
