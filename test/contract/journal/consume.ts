import assert from "node:assert/strict";
import { Gate } from "../../support/gate.js";
import { turns, until } from "../../support/until.js";
import { Consumer, entryRecords } from "./records.js";
import type { JournalSuite } from "./suite.js";

/** Longer than any adapter waits before it hands a refused batch out again. */
const RETRY_PAST_MS = 10_000;

const isAscending = (offsets: readonly number[]): boolean => offsets.every((offset, i) => i === 0 || offset > (offsets[i - 1] ?? 0));

export const consumeSuite: JournalSuite = ({ test, factory }) => {
  test("a consumer hears of what is appended while it reads, once and with ascending offsets", async (t) => {
    const { journal } = await factory(t);
    const consumer = new Consumer(journal, "g");
    for (let n = 1; n <= 30; n += 3) await journal.append(entryRecords(n, n + 2));
    await until("all entries", () => consumer.raw.length >= 30);
    await consumer.stop();
    assert.deepEqual(
      consumer.mids,
      entryRecords(1, 30).map(({ entry }) => entry.mid),
    );
    assert.ok(isAscending(consumer.raw.map(({ offset }) => offset)));
  });

  test("a group goes on behind what it committed, after a stop and after a restart", async (t) => {
    const { journal, reopen } = await factory(t);
    await journal.append(entryRecords(1, 3));
    const first = new Consumer(journal, "g");
    await until("the first entries", () => first.raw.length >= 3);
    await first.stop();
    await journal.append(entryRecords(4, 5));
    const second = new Consumer(journal, "g");
    await until("the next entries", () => second.raw.length >= 2);
    await second.stop();
    assert.deepEqual(second.mids, ["m4", "m5"]);
    const restarted = await reopen();
    await restarted.append(entryRecords(6, 6));
    const third = new Consumer(restarted, "g");
    await until("the last entry", () => third.raw.length >= 1);
    await third.stop();
    assert.deepEqual(third.mids, ["m6"]);
  });

  test("a stopped consumer hears nothing more", async (t) => {
    const { journal } = await factory(t);
    const stopped = new Consumer(journal, "g");
    await journal.append(entryRecords(1, 1));
    await until("the first entry", () => stopped.raw.length > 0);
    await stopped.stop();
    await journal.append(entryRecords(2, 2));
    const other = new Consumer(journal, "other");
    await until("the second entry elsewhere", () => other.mids.includes("m2"));
    await other.stop();
    assert.deepEqual(stopped.mids, ["m1"]);
  });

  test("stopping finishes and commits the batch in hand", async (t) => {
    const { journal } = await factory(t);
    await journal.append(entryRecords(1, 2));
    const gate = new Gate();
    const slow = new Consumer(journal, "g", () => gate.opened);
    await until("the batch", () => slow.raw.length >= 2);
    let stopped = false;
    const stopping = slow.stop().then(() => {
      stopped = true;
    });
    await turns();
    assert.equal(stopped, false);
    gate.open();
    await stopping;
    await journal.append(entryRecords(3, 3));
    const next = new Consumer(journal, "g");
    await until("the next entry", () => next.raw.length >= 1);
    await next.stop();
    assert.deepEqual(next.mids, ["m3"]);
  });

  test("batches of a partition come one at a time", async (t) => {
    const { journal } = await factory(t);
    let [running, most] = [0, 0];
    const consumer = new Consumer(journal, "g", async () => {
      most = Math.max(most, ++running);
      await turns();
      running -= 1;
    });
    for (let n = 1; n <= 20; n++) await journal.append(entryRecords(n, n));
    await until("all entries", () => consumer.raw.length >= 20);
    await consumer.stop();
    assert.equal(most, 1);
  });

  test("a batch that is refused comes again after a pause, before anything later, and is not committed", async (t) => {
    const { journal, pass } = await factory(t);
    await journal.append(entryRecords(1, 2));
    let refusals = 1;
    const consumer = new Consumer(journal, "g", () => assert.ok(refusals-- <= 0, "the store does not answer"));
    await until("the batch", () => consumer.batches.length === 1);
    await journal.append(entryRecords(3, 3));
    await turns();
    assert.deepEqual(consumer.mids, ["m1", "m2"]);
    await pass(RETRY_PAST_MS);
    await until("the last entry", () => consumer.mids.includes("m3"));
    await consumer.stop();
    assert.deepEqual(consumer.mids, ["m1", "m2", "m1", "m2", "m3"]);
  });

  test("a batch under way at a stop that is then refused comes again to the next consumer", async (t) => {
    const { journal, reopen } = await factory(t);
    await journal.append(entryRecords(1, 2));
    const refusing = new Consumer(journal, "g", () => assert.fail("the store does not answer"));
    await until("the batch", () => refusing.raw.length >= 2);
    await refusing.stop();
    const restarted = await reopen();
    const next = new Consumer(restarted, "g");
    await until("the batch again", () => next.raw.length >= 2);
    await next.stop();
    assert.deepEqual(next.mids, ["m1", "m2"]);
  });

  test("each group gets every record, and a slow one loses nothing to a fast one", async (t) => {
    const { journal } = await factory(t);
    const gate = new Gate();
    const slow = new Consumer(journal, "slow", () => gate.opened);
    const fast = new Consumer(journal, "fast");
    for (let n = 1; n <= 20; n++) await journal.append(entryRecords(n, n));
    await until("the fast group's last entry", () => fast.raw.length >= 20);
    await fast.stop();
    gate.open();
    await until("the slow group's last entry", () => slow.raw.length >= 20);
    await slow.stop();
    assert.deepEqual([fast.mids.length, slow.mids], [20, fast.mids]);
  });

  test("a group that begins late begins with what is still there, and goes on", async (t) => {
    const { journal } = await factory(t);
    await journal.append(entryRecords(1, 5));
    const early = new Consumer(journal, "early");
    await until("the early group's entries", () => early.raw.length >= 5);
    await early.stop();
    const late = new Consumer(journal, "late");
    await turns();
    await journal.append(entryRecords(6, 6));
    await until("the entry after its beginning", () => late.mids.includes("m6"));
    await late.stop();
    assert.equal(late.mids.at(-1), "m6");
    assert.ok(isAscending(late.raw.map(({ offset }) => offset)));
  });

  test("a restarted journal gives no offset of a record that was consumed to another one", async (t) => {
    const { journal, reopen } = await factory(t);
    await journal.append(entryRecords(1, 3));
    const first = new Consumer(journal, "g");
    await until("the first entries", () => first.raw.length >= 3);
    await first.stop();
    const restarted = await reopen();
    await restarted.append(entryRecords(4, 4));
    const second = new Consumer(restarted, "g");
    await until("the next entry", () => second.raw.length >= 1);
    await second.stop();
    assert.ok((second.raw[0]?.offset ?? -1) > (first.raw.at(-1)?.offset ?? Number.NaN));
  });
};
