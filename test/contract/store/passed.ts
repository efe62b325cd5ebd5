import assert from "node:assert/strict";
import { needing } from "../suite.js";
import { batch, entry, Scribe } from "./script.js";
import type { StoreSuite } from "./suite.js";

export const passedSuite: StoreSuite = ({ test, factory, cannot = {} }) => {
  test("nothing is passed before the first batch", async (t) => {
    const { store } = await factory(t);
    assert.equal(await store.passed(0), -1);
  });

  test("a batch passes its last offset, also when nothing in it was stored, and also after the store was opened anew", async (t) => {
    const { store, reopen } = await factory(t);
    await store.write(batch(7, []));
    assert.equal(await store.passed(0), 7);
    assert.equal(await (await reopen()).passed(0), 7);
  });

  test("a batch that comes again does not take back what was passed", async (t) => {
    const { store } = await factory(t);
    const first = batch(0, [{ offset: 0, entry: entry([1, 1]) }]);
    await store.write(first);
    await store.write(batch(5, []));
    await store.write(first);
    assert.equal(await store.passed(0), 5);
  });

  needing(
    test,
    "partitions",
    cannot,
  )("each partition has passed its own offset", async (t) => {
    const { store } = await factory(t);
    await new Scribe(store, 0).write(entry([1, 1]), entry([1, 2]));
    await new Scribe(store, 3).write(entry([1, 1], { c: "c_2" }));
    assert.deepEqual([await store.passed(0), await store.passed(1), await store.passed(3)], [1, -1, 0]);
  });
};
