import assert from "node:assert/strict";
import { type DirectorySuite, SHOP, TOPIC } from "./suite.js";

export const listSuite: DirectorySuite = ({ test, factory }) => {
  test("a tenant's rows of one kind are listed by id, and no others", async (t) => {
    const { directory } = await factory(t);
    for (const id of ["sales", "billing", "support"]) await directory.put("topic", "shop", id, { ...TOPIC, skills: [id] }, 0);
    await directory.put("topic", "shop2", "theirs", TOPIC, 0);
    await directory.put("revocation", "shop", "ada", { not_before: 1 }, 0);
    const rows = await directory.list("topic", "shop");
    assert.deepEqual(
      rows.map(({ id }) => id),
      ["billing", "sales", "support"],
    );
    assert.deepEqual(rows[0], { id: "billing", version: 1, value: { ...TOPIC, skills: ["billing"] } });
  });

  test("tenants are listed under the empty tenant, and do not mix with what is theirs", async (t) => {
    const { directory } = await factory(t);
    await directory.put("tenant", "", "a", SHOP, 0);
    await directory.put("tenant", "", "b", SHOP, 0);
    await directory.put("topic", "a", "sales", TOPIC, 0);
    assert.deepEqual(
      (await directory.list("tenant", "")).map(({ id }) => id),
      ["a", "b"],
    );
  });

  test("a tenant without rows has an empty list", async (t) => {
    const { directory } = await factory(t);
    assert.deepEqual(await directory.list("account", "nobody"), []);
  });

  test("a list shows each row once, in its last version", async (t) => {
    const { directory } = await factory(t);
    await directory.put("topic", "shop", "sales", TOPIC, 0);
    await directory.put("topic", "shop", "sales", { ...TOPIC, disabled: true }, 1);
    assert.deepEqual(await directory.list("topic", "shop"), [{ id: "sales", version: 2, value: { ...TOPIC, disabled: true } }]);
  });
};
