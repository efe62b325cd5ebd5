import assert from "node:assert/strict";
import type { Store } from "../../../persister/store.js";
import type { Position } from "../../../proto/position.js";
import { allRows, C, entries, entry, ODD_IDS, places, Scribe, TENANT } from "./script.js";
import type { StoreSuite } from "./suite.js";

/** 1-1 … 1-3, 2-1, 2-2, and a far later life. */
const FAR: Position = [2 ** 52, 1];
async function filled(store: Store): Promise<Store> {
  await new Scribe(store).write(...entries(1, 1, 3), ...entries(2, 1, 2), entry(FAR));
  return store;
}

const asked = (store: Store, range: { before?: Position; after?: Position; limit?: number }): Promise<string[]> =>
  store.rows({ tenant: TENANT, c: C, limit: 10, ...range }).then(places);
const far = FAR.join("-");

export const rowsSuite: StoreSuite = ({ test, factory }) => {
  test("rows ascend over epochs, and without bounds the newest are answered", async (t) => {
    const store = await filled((await factory(t)).store);
    assert.deepEqual(await asked(store, {}), ["1-1", "1-2", "1-3", "2-1", "2-2", far]);
    assert.deepEqual(await asked(store, { limit: 2 }), ["2-2", far]);
  });

  test("before is exclusive and answers the rows nearest below it", async (t) => {
    const store = await filled((await factory(t)).store);
    assert.deepEqual(await asked(store, { before: [2, 2], limit: 3 }), ["1-2", "1-3", "2-1"]);
    assert.deepEqual(await asked(store, { before: [1, 1] }), []);
    assert.deepEqual(await asked(store, { before: FAR, limit: 1 }), ["2-2"]);
  });

  test("after is exclusive and answers the rows nearest above it", async (t) => {
    const store = await filled((await factory(t)).store);
    assert.deepEqual(await asked(store, { after: [1, 2], limit: 3 }), ["1-3", "2-1", "2-2"]);
    assert.deepEqual(await asked(store, { after: [0, 0], limit: 1 }), ["1-1"]);
    assert.deepEqual(await asked(store, { after: FAR }), []);
  });

  test("a bound where no row is, inside an epoch or between two, is as good as any", async (t) => {
    const store = await filled((await factory(t)).store);
    assert.deepEqual(await asked(store, { before: [1, 99] }), ["1-1", "1-2", "1-3"]);
    assert.deepEqual(await asked(store, { after: [1, 99], limit: 1 }), ["2-1"]);
    assert.deepEqual(await asked(store, { before: [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER], limit: 1 }), [far]);
  });

  test("a conversation nobody wrote to has no rows", async (t) => {
    const { store } = await factory(t);
    assert.deepEqual(await allRows(store), []);
  });

  test("conversations whose ids look alike never see each other's rows, nor do tenants", async (t) => {
    const { store } = await factory(t);
    const scribe = new Scribe(store);
    for (const id of ODD_IDS) await scribe.write(entry([1, 1], { c: id }), entry([1, 1], { tenant: id, c: C }));
    for (const id of ODD_IDS) {
      assert.deepEqual(
        (await allRows(store, id)).map((row) => row.entry?.c),
        [id],
      );
      assert.deepEqual(
        (await allRows(store, C, id)).map((row) => row.entry?.tenant),
        [id],
      );
    }
  });
};
