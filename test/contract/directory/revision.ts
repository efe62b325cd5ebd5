import assert from "node:assert/strict";
import { type DirectorySuite, SHOP, TOPIC } from "./suite.js";

export const revisionSuite: DirectorySuite = ({ test, factory }) => {
  test("the revision rises with every write anywhere, also over a reopening", async (t) => {
    const { directory, elsewhere, reopen } = await factory(t);
    const seen = [await directory.revision()];
    await directory.put("tenant", "", "shop", SHOP, 0);
    seen.push(await elsewhere.revision());
    await elsewhere.put("topic", "shop", "sales", TOPIC, 0);
    seen.push(await directory.revision());
    const again = await reopen();
    await again.put("topic", "shop", "sales", TOPIC, 1);
    seen.push(await again.revision());
    assert.deepEqual(
      seen,
      [...new Set(seen)].sort((a, b) => a - b),
    );
  });

  test("reading, and a write that was refused, leave the revision as it is", async (t) => {
    const { directory } = await factory(t);
    await directory.put("tenant", "", "shop", SHOP, 0);
    const before = await directory.revision();
    await directory.get("tenant", "", "shop");
    await directory.list("tenant", "");
    await directory.put("tenant", "", "shop", SHOP, 7).catch(() => undefined);
    assert.equal(await directory.revision(), before);
  });
};
