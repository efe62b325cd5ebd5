import assert from "node:assert/strict";
import { refusal } from "../../support/refusal.js";
import { type DirectorySuite, SHOP, TOPIC } from "./suite.js";

export const removeSuite: DirectorySuite = ({ test, factory }) => {
  test("a row that was removed is not there, anywhere, also after the directory was opened anew, and the others are", async (t) => {
    const { directory, elsewhere, reopen } = await factory(t);
    await directory.put("topic", "shop", "sales", TOPIC, 0);
    await directory.put("topic", "shop", "support", TOPIC, 0);
    await elsewhere.remove("topic", "shop", "sales", 1);
    assert.equal(await directory.get("topic", "shop", "sales"), undefined);
    assert.deepEqual(
      (await (await reopen()).list("topic", "shop")).map(({ id }) => id),
      ["support"],
    );
  });

  test("a removal that expects another version, or finds nothing, is a conflict and removes nothing", async (t) => {
    const { directory } = await factory(t);
    await directory.put("tenant", "", "shop", SHOP, 0);
    const revision = await directory.revision();
    for (const expect of [0, 2]) await assert.rejects(directory.remove("tenant", "", "shop", expect), refusal("conflict"));
    for (const expect of [0, 1]) await assert.rejects(directory.remove("tenant", "", "none", expect), refusal("conflict"));
    await assert.rejects(directory.remove("tenant", "", "x".repeat(8_192), 1), refusal("conflict"));
    assert.deepEqual(await directory.get("tenant", "", "shop"), { id: "shop", version: 1, value: SHOP });
    assert.equal(await directory.revision(), revision);
  });

  test("a removal raises the revision, and the name is free again", async (t) => {
    const { directory } = await factory(t);
    await directory.put("tenant", "", "shop", SHOP, 0);
    const revision = await directory.revision();
    await directory.remove("tenant", "", "shop", 1);
    assert.ok((await directory.revision()) > revision);
    assert.equal(await directory.put("tenant", "", "shop", { ...SHOP, name: "anew" }, 0), 1);
  });
};
