import assert from "node:assert/strict";
import { C, entries, entry, Scribe, TENANT } from "./script.js";
import type { StoreSuite } from "./suite.js";

export const epochSuite: StoreSuite = ({ test, factory }) => {
  test("a life has begun when its entry 1 is stored, and not with any other entry", async (t) => {
    const { store } = await factory(t);
    const scribe = new Scribe(store);
    await scribe.write(entry([7, 2]));
    assert.equal(await store.begun(TENANT, C, 7), false);
    await scribe.write(entry([7, 1]));
    assert.equal(await store.begun(TENANT, C, 7), true);
    assert.equal(await store.begun(TENANT, C, 6), false);
    assert.equal(await store.begun(TENANT, "c_2", 7), false);
  });

  test("the latest epoch is the newest whose entry 1 is stored", async (t) => {
    const { store } = await factory(t);
    const scribe = new Scribe(store);
    assert.equal(await store.latestEpoch(TENANT, C), undefined);
    await scribe.write(...entries(3, 1, 5), ...entries(2 ** 40, 2, 4), entry([2 ** 41, 9]));
    assert.equal(await store.latestEpoch(TENANT, C), 3);
    await scribe.write(entry([2 ** 40, 1]));
    assert.equal(await store.latestEpoch(TENANT, C), 2 ** 40);
    assert.equal(await store.latestEpoch(TENANT, "c_2"), undefined);
  });
};
