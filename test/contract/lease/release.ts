import assert from "node:assert/strict";
import type { LeaseSuite } from "./suite.js";

export const releaseSuite: LeaseSuite = ({ test, factory }) => {
  test("a released shard is free at once", async (t) => {
    const { lease, elsewhere } = await factory(t);
    await lease.release(3, (await lease.acquire(3)) as number);
    assert.equal(typeof (await elsewhere.acquire(3)), "number");
  });

  test("a release under another token leaves the shard with its owner, and twice is harmless", async (t) => {
    const { lease, elsewhere } = await factory(t);
    const old = (await lease.acquire(3)) as number;
    await lease.release(3, old);
    const token = (await elsewhere.acquire(3)) as number;
    await lease.release(3, old);
    await lease.release(3, old);
    assert.deepEqual([await elsewhere.renew(3, token), await lease.acquire(3)], [true, undefined]);
  });
};
