import assert from "node:assert/strict";
import { DeskError } from "../../../lib/errors.js";
import { contentHash } from "../../../timeline/entry.js";
import type { PastQuery } from "../../../timeline/past.js";
import { batch, C, entries, entry, ODD_IDS, Scribe, TENANT, timeOf } from "../store/script.js";
import { type HistorySuite, IMPATIENT_MS, PATIENT_MS } from "./suite.js";

const asked = (more: Partial<PastQuery> = {}): PastQuery => ({
  tenant: TENANT,
  c: C,
  from: "v_wei",
  mid: "m1-1",
  life: 0,
  upto: 0,
  ...more,
});
const pending = (error: unknown): boolean => error instanceof DeskError && error.code === "pending" && error.retry;

export const findSuite: HistorySuite = ({ test, factory }) => {
  test("a stored mid is found with its place, its time and the hash of its content", async (t) => {
    const { history, store } = await factory(t, IMPATIENT_MS);
    await new Scribe(store).write(entry([1, 1], { body: { text: 'a "b"', n: [1, { c: null }] } }));
    assert.deepEqual(await history.find(asked()), {
      pos: [1, 1],
      ts: timeOf([1, 1]),
      hash: contentHash("text", { text: 'a "b"', n: [1, { c: null }] }),
    });
  });

  test("a mid whose content was taken back is found with the hash of what it was", async (t) => {
    const { history, store } = await factory(t, IMPATIENT_MS);
    const recall = entry([1, 2], { kind: "recall", body: { mid: "m1-1" } });
    await new Scribe(store).write(entry([1, 1], { body: { text: "my secret" } }), recall);
    const found = await history.find(asked());
    assert.deepEqual([found?.pos, found?.hash], [[1, 1], contentHash("text", { text: "my secret" })]);
  });

  test("a mid that was never said is not found", async (t) => {
    const { history, store } = await factory(t, IMPATIENT_MS);
    await new Scribe(store).write(entry([1, 1]));
    assert.equal(await history.find(asked({ mid: "never" })), undefined);
    assert.equal(await history.find(asked({ from: "ada" })), undefined);
    assert.equal(await history.find(asked({ tenant: "other" })), undefined);
  });

  test("whatever a sender calls itself and its message, it is found and nobody else's is", async (t) => {
    const { history, store } = await factory(t, IMPATIENT_MS);
    await new Scribe(store).write(...ODD_IDS.map((mid, i) => entry([1, i + 1], { mid })));
    for (const [i, mid] of ODD_IDS.entries()) assert.deepEqual((await history.find(asked({ mid })))?.pos, [1, i + 1]);
  });

  test("while the persister has not passed what the journal held, the answer is pending, found or not", async (t) => {
    const { history, store } = await factory(t, IMPATIENT_MS);
    await new Scribe(store).write(entry([1, 1]));
    await assert.rejects(history.find(asked({ upto: 2 })), pending);
    await assert.rejects(history.find(asked({ upto: 2, mid: "never" })), pending);
    assert.deepEqual((await history.find(asked({ upto: 1 })))?.pos, [1, 1]);
  });

  test("while entry 1 of the current life is not stored, the answer is pending", async (t) => {
    const { history, store } = await factory(t, IMPATIENT_MS);
    const scribe = new Scribe(store);
    await scribe.write(entry([1, 1]), entry([2, 2]));
    await assert.rejects(history.find(asked({ life: 2 })), pending);
    await scribe.write(entry([2, 1]));
    assert.deepEqual((await history.find(asked({ life: 2 })))?.pos, [1, 1]);
  });

  test("a question that comes early is answered when the persister is there", async (t) => {
    const { history, store } = await factory(t, PATIENT_MS);
    const answer = history.find(asked({ life: 1, upto: 3, mid: "m1-3" }));
    await new Scribe(store).write(...entries(1, 1, 3));
    assert.deepEqual((await answer)?.pos, [1, 3]);
  });

  test("an empty journal has no past to wait for", async (t) => {
    const { history } = await factory(t, IMPATIENT_MS);
    assert.equal(await history.find(asked()), undefined);
  });

  test("a place that only an unreadable record holds is nobody's mid", async (t) => {
    const { history, store } = await factory(t, IMPATIENT_MS);
    await store.write(batch(0, [], { unreadable: [{ offset: 0, tenant: TENANT, c: C, pos: [1, 1] }] }));
    assert.equal(await history.find(asked({ upto: 1 })), undefined);
  });
};
