import assert from "node:assert/strict";
import { refusal } from "../../support/refusal.js";
import { type DirectorySuite, SHOP } from "./suite.js";

export const putSuite: DirectorySuite = ({ test, factory }) => {
  test("each write answers the next version, from 1", async (t) => {
    const { directory } = await factory(t);
    const versions = [0, 1, 2].map((expect) => () => directory.put("tenant", "", "shop", { ...SHOP, name: `v${expect}` }, expect));
    for (const [i, put] of versions.entries()) assert.equal(await put(), i + 1);
    assert.equal((await directory.get("tenant", "", "shop"))?.value.name, "v2");
  });

  test("a write that expects another version is a conflict and writes nothing", async (t) => {
    const { directory } = await factory(t);
    await directory.put("tenant", "", "shop", SHOP, 0);
    for (const expect of [0, 2, 7])
      await assert.rejects(directory.put("tenant", "", "shop", { ...SHOP, name: "lost" }, expect), refusal("conflict"));
    await assert.rejects(directory.put("tenant", "", "new", SHOP, 1), refusal("conflict"));
    assert.deepEqual(await directory.get("tenant", "", "shop"), { id: "shop", version: 1, value: SHOP });
    assert.equal(await directory.get("tenant", "", "new"), undefined);
  });

  test("of writers that expect the same version one wins, wherever they are", async (t) => {
    const { directory, elsewhere } = await factory(t);
    const writers = Array.from({ length: 10 }, (_, i) => (i % 2 === 0 ? directory : elsewhere));
    const outcomes = await Promise.allSettled(writers.map((writer, i) => writer.put("revocation", "shop", "ada", { not_before: i }, 0)));
    const won = outcomes.flatMap(({ status }, i) => (status === "fulfilled" ? [i] : []));
    assert.equal(won.length, 1);
    assert.deepEqual((await directory.get("revocation", "shop", "ada"))?.value, { not_before: won[0] });
  });

  test("a written row is seen by every later read, also elsewhere", async (t) => {
    const { directory, elsewhere } = await factory(t);
    for (let version = 0; version < 20; version++) {
      await directory.put("revocation", "shop", "ada", { not_before: version }, version);
      assert.equal((await elsewhere.get("revocation", "shop", "ada"))?.value.not_before, version);
    }
  });
};
