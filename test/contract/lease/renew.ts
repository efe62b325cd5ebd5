import assert from "node:assert/strict";
import { needing } from "../suite.js";
import type { LeaseSuite } from "./suite.js";

export const renewSuite: LeaseSuite = ({ test, factory, cannot = {} }) => {
  test("the owner renews under its token, nobody under another one", async (t) => {
    const { lease, elsewhere } = await factory(t);
    const token = (await lease.acquire(3)) as number;
    assert.deepEqual(
      [await lease.renew(3, token), await elsewhere.renew(3, token + 1), await lease.renew(3, token - 1)],
      [true, false, false],
    );
    assert.equal(await lease.renew(3, token), true);
  });

  test("a shard that nobody owns cannot be renewed", async (t) => {
    const { lease } = await factory(t);
    const token = (await lease.acquire(3)) as number;
    await lease.release(3, token);
    assert.equal(await lease.renew(3, token), false);
  });

  test("an owner whose shard another one has is told so", async (t) => {
    const { lease, elsewhere } = await factory(t);
    const old = (await lease.acquire(3)) as number;
    await lease.release(3, old);
    await elsewhere.acquire(3);
    assert.equal(await lease.renew(3, old), false);
  });

  needing(
    test,
    "time",
    cannot,
  )("an owner that renews keeps the shard beyond its time", async (t) => {
    const { lease, elsewhere, pass } = await factory(t);
    const token = (await lease.acquire(3)) as number;
    for (let n = 0; n < 4; n++) {
      await pass(lease.ttl_ms / 2);
      assert.equal(await lease.renew(3, token), true);
    }
    assert.equal(await elsewhere.acquire(3), undefined);
  });
};
