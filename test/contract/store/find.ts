import assert from "node:assert/strict";
import { ADA, C, entry, ODD_IDS, Scribe, TENANT } from "./script.js";
import type { StoreSuite } from "./suite.js";

export const findSuite: StoreSuite = ({ test, factory }) => {
  test("the row of a sender's mid is found, and nobody else's of the same name", async (t) => {
    const { store } = await factory(t);
    const [hers, other] = [entry([1, 1], { mid: "m" }), entry([1, 2], { mid: "m", from: ADA })];
    await new Scribe(store).write(hers, other, entry([1, 1], { mid: "m", c: "c_2" }));
    assert.deepEqual(await store.find(TENANT, C, hers.from, "m"), { pos: [1, 1], entry: hers });
    assert.deepEqual(await store.find(TENANT, C, ADA.id, "m"), { pos: [1, 2], entry: other });
    assert.equal(await store.find(TENANT, C, ADA.id, "n"), undefined);
    assert.equal(await store.find("other", C, ADA.id, "m"), undefined);
  });

  test("a mid keeps its first place when the same one is stored again higher", async (t) => {
    const { store } = await factory(t);
    await new Scribe(store).write(entry([1, 1], { mid: "m" }), entry([2, 1], { mid: "m" }));
    assert.deepEqual((await store.find(TENANT, C, "v_wei", "m"))?.pos, [1, 1]);
  });

  test("an entry that was put aside leaves no trace of its mid", async (t) => {
    const { store } = await factory(t);
    await new Scribe(store).write(entry([1, 1]), entry([1, 1], { mid: "other" }), entry([2, 1]), entry([1, 2], { mid: "late" }));
    assert.equal(await store.find(TENANT, C, "v_wei", "other"), undefined);
    assert.equal(await store.find(TENANT, C, "v_wei", "late"), undefined);
  });

  test("mids and senders that look alike are told apart", async (t) => {
    const { store } = await factory(t);
    const scribe = new Scribe(store);
    for (const [i, id] of ODD_IDS.entries()) {
      await scribe.write(entry([1, i * 2 + 1], { mid: id }), entry([1, i * 2 + 2], { mid: "m", from: { ...ADA, id } }));
    }
    for (const [i, id] of ODD_IDS.entries()) {
      assert.deepEqual((await store.find(TENANT, C, "v_wei", id))?.pos, [1, i * 2 + 1]);
      assert.deepEqual((await store.find(TENANT, C, id, "m"))?.pos, [1, i * 2 + 2]);
    }
  });
};
