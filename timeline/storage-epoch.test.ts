import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { Replaceable } from "../test/support/instead.js";
import { log } from "../test/support/log.js";
import { Timelines } from "../test/support/timelines.js";
import type { Broker } from "./broker.js";
import { StorageEpoch } from "./storage-epoch.js";

function storage(t: TestContext) {
  const timelines = new Timelines(t);
  const broker = new Replaceable<Broker>(timelines.broker());
  const node = (): StorageEpoch => new StorageEpoch(broker.front, timelines.journal, log);
  return { timelines, broker, node };
}

test("the first node gives the broker a storage epoch, and the next one takes it", async (t) => {
  const { broker, node } = storage(t);
  const [first, second] = [node(), node()];
  await first.confirm();
  await second.confirm();
  assert.deepEqual([first.value, second.value, await broker.real.epoch()], [1, 1, 1]);
});

test("nodes that start at once end under one storage epoch", async (t) => {
  const { broker, node } = storage(t);
  const nodes = [node(), node(), node()];
  await Promise.all(nodes.map((each) => each.confirm()));
  const installed = await broker.real.epoch();
  for (const each of nodes) await each.adopt(installed);
  assert.deepEqual(
    nodes.map(({ value }) => value),
    [installed, installed, installed],
  );
  assert.equal(await broker.real.epoch(), installed);
});

test("a node follows a broker that names a later storage epoch", async (t) => {
  const { timelines, broker, node } = storage(t);
  const epoch = node();
  await epoch.confirm();
  const E = await timelines.journal.seal("another node");
  await broker.real.install(E);
  await epoch.adopt(E);
  assert.deepEqual([epoch.value, await broker.real.epoch()], [E, E]);
});

test("a broker that forgot gets a storage epoch greater than all before, once for everybody who asks", async (t) => {
  const { timelines, broker, node } = storage(t);
  const epoch = node();
  await epoch.confirm();
  broker.real = timelines.broker();
  await Promise.all([epoch.adopt(0), epoch.adopt(0), epoch.adopt(0)]);
  assert.deepEqual([epoch.value, await broker.real.epoch()], [2, 2]);
  assert.equal(await timelines.journal.seal("the next one"), 3);
});

test("a node whose number is overtaken before it is installed takes the one that was", async (t) => {
  const { timelines, broker, node } = storage(t);
  const { journal } = timelines;
  const seal = t.mock.method(journal, "seal", async (reason: string) => {
    seal.mock.restore();
    const ours = await journal.seal(reason);
    await broker.real.install(await journal.seal("another node"));
    return ours;
  });
  const epoch = node();
  await epoch.confirm();
  assert.deepEqual([epoch.value, await broker.real.epoch()], [2, 2]);
});

test("an answer from before the storage epoch a node is under changes nothing", async (t) => {
  const { timelines, broker, node } = storage(t);
  const epoch = node();
  await epoch.confirm();
  await broker.real.install(await timelines.journal.seal("another node"));
  await epoch.adopt(2);
  for (const stale of [0, 1, 2]) await epoch.adopt(stale);
  assert.deepEqual([epoch.value, await timelines.journal.seal("the next one")], [2, 3]);
});

test("a journal that cannot seal leaves the node under the storage epoch it had, and may be asked again", async (t) => {
  const { timelines, broker, node } = storage(t);
  const epoch = node();
  await epoch.confirm();
  broker.real = timelines.broker();
  const seal = t.mock.method(timelines.journal, "seal", () => Promise.reject(new Error("full disk")));
  await assert.rejects(epoch.adopt(0), /full disk/);
  assert.equal(epoch.value, 1);
  seal.mock.restore();
  await epoch.adopt(0);
  assert.equal(epoch.value, 2);
});
