import assert from "node:assert/strict";
import { until } from "../../support/until.js";
import { Consumer, entryRecords } from "./records.js";
import type { JournalSuite } from "./suite.js";

export const sealSuite: JournalSuite = ({ test, factory }) => {
  test("each number sealed is a positive integer greater than all before, also when they are asked for at once", async (t) => {
    const { journal } = await factory(t);
    const first = await journal.seal("first");
    const together = await Promise.all([journal.seal("a"), journal.seal("b"), journal.seal("c")]);
    assert.ok(Number.isSafeInteger(first) && first > 0);
    assert.equal(new Set([first, ...together]).size, 4);
    assert.ok(together.every((E) => E > first));
    assert.ok((await journal.seal("last")) > Math.max(...together));
  });

  test("a restart of everything does not bring a number back", async (t) => {
    const { journal, reopen } = await factory(t);
    let last = await journal.seal("first");
    for (let round = 0; round < 3; round++) {
      const E = await (await reopen()).seal(`restart ${round}`);
      assert.ok(E > last, `${E} after ${last}`);
      last = E;
    }
    assert.ok((await (await reopen()).seal("unused between")) > last);
  });

  test("a seal takes no place among the records", async (t) => {
    const { journal } = await factory(t);
    await journal.append(entryRecords(1, 1));
    await journal.seal("between");
    await journal.append(entryRecords(2, 2));
    const consumer = new Consumer(journal, "g");
    await until("both entries", () => consumer.raw.length >= 2);
    await consumer.stop();
    assert.deepEqual(consumer.mids, ["m1", "m2"]);
  });
};
