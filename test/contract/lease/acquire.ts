import assert from "node:assert/strict";
import { needing } from "../suite.js";
import type { LeaseSuite } from "./suite.js";

export const acquireSuite: LeaseSuite = ({ test, factory, cannot = {} }) => {
  test("a shard has one owner at a time", async (t) => {
    const { lease, elsewhere } = await factory(t);
    assert.equal(typeof (await lease.acquire(3)), "number");
    assert.deepEqual([await elsewhere.acquire(3), await lease.acquire(3)], [undefined, undefined]);
  });

  test("of many who want a shard at once, one gets it", async (t) => {
    const { lease, elsewhere } = await factory(t);
    const tokens = await Promise.all([lease, elsewhere, lease, elsewhere].map((each) => each.acquire(3)));
    assert.equal(tokens.filter((token) => token !== undefined).length, 1);
  });

  test("one shard's owner keeps no other shard from its own", async (t) => {
    const { lease, elsewhere } = await factory(t);
    await lease.acquire(3);
    assert.equal(typeof (await elsewhere.acquire(4)), "number");
  });

  test("a token is greater than every token the shard had before", async (t) => {
    const { lease, elsewhere } = await factory(t);
    const tokens: number[] = [];
    for (const owner of [lease, elsewhere, lease, elsewhere]) {
      const token = (await owner.acquire(3)) as number;
      await owner.release(3, token);
      tokens.push(token);
    }
    assert.deepEqual(
      tokens,
      [...new Set(tokens)].sort((a, b) => a - b),
    );
  });

  test("tokens go on rising when everything about them was lost", async (t) => {
    const { lease, forget } = await factory(t);
    const before = (await lease.acquire(3)) as number;
    const after = (await (await forget()).acquire(3)) as number;
    assert.ok(after > before, `${after} after ${before}`);
    assert.ok(Number.isSafeInteger(after));
  });

  needing(
    test,
    "time",
    cannot,
  )("an owner that does not renew loses the shard when its time is over", async (t) => {
    const { lease, elsewhere, pass } = await factory(t);
    const token = (await lease.acquire(3)) as number;
    await pass(lease.ttl_ms - 500);
    assert.equal(await elsewhere.acquire(3), undefined);
    await pass(1_000);
    const next = (await elsewhere.acquire(3)) as number;
    assert.ok(next > token, `${next} after ${token}`);
    assert.equal(await lease.renew(3, token), false);
  });
};
