import assert from "node:assert/strict";
import { refusal } from "../../support/refusal.js";
import { type DirectorySuite, SHOP, TOPIC } from "./suite.js";

export const getSuite: DirectorySuite = ({ test, factory }) => {
  test("a row that was never written is not there", async (t) => {
    const { directory } = await factory(t);
    assert.equal(await directory.get("tenant", "", "shop"), undefined);
  });

  test("a row reads back with its version as it was given, from everywhere, also after the directory was opened anew", async (t) => {
    const { directory, elsewhere, reopen } = await factory(t);
    await directory.put("tenant", "", "shop", SHOP, 0);
    const row = { id: "shop", version: 1, value: SHOP };
    assert.deepEqual(await directory.get("tenant", "", "shop"), row);
    assert.deepEqual(await elsewhere.get("tenant", "", "shop"), row);
    assert.deepEqual(await (await reopen()).get("tenant", "", "shop"), row);
  });

  test("rows of another kind, tenant or id are other rows", async (t) => {
    const { directory } = await factory(t);
    await directory.put("topic", "shop", "sales", TOPIC, 0);
    assert.equal(await directory.get("account", "shop", "sales"), undefined);
    assert.equal(await directory.get("topic", "other", "sales"), undefined);
    assert.equal(await directory.get("topic", "shop", "sale"), undefined);
  });

  test("a name that nobody could have is simply not there", async (t) => {
    const { directory } = await factory(t);
    for (const id of ["", "a b", "\u0000", "😀".repeat(64), "x".repeat(8_192), "__proto__"])
      assert.equal(await directory.get("account", "shop", id), undefined, id.slice(0, 20));
    assert.deepEqual(await directory.list("account", "x".repeat(8_192)), []);
    await assert.rejects(directory.put("revocation", "shop", "x".repeat(8_192), { not_before: 1 }, 0), refusal("bad_request"));
  });

  test("a directory that does not answer says unavailable to every call", async (t) => {
    const { directory, close } = await factory(t);
    await close();
    await assert.rejects(directory.get("tenant", "", "shop"), refusal("unavailable"));
    await assert.rejects(directory.list("tenant", ""), refusal("unavailable"));
    await assert.rejects(directory.put("tenant", "", "shop", SHOP, 0), refusal("unavailable"));
    await assert.rejects(directory.revision(), refusal("unavailable"));
  });
};
