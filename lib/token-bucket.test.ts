import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "./clock-fake.js";
import { TokenBucket } from "./token-bucket.js";

test("a burst passes, the next one waits for its share", () => {
  const bucket = new TokenBucket(new FakeClock(), { per_s: 20, burst: 3 });
  assert.deepEqual([bucket.take(), bucket.take(), bucket.take(), bucket.take()], [0, 0, 0, 50]);
});

test("after the time it named the same take passes", async () => {
  const clock = new FakeClock();
  const bucket = new TokenBucket(clock, { per_s: 3, burst: 2 });
  bucket.take(2);
  const wait_ms = bucket.take(1);
  await clock.advance(wait_ms - 1);
  assert.equal(bucket.take(1), 1);
  await clock.advance(1);
  assert.equal(bucket.take(1), 0);
});

test("a long rest fills it to the burst and no further", async () => {
  const clock = new FakeClock();
  const bucket = new TokenBucket(clock, { per_s: 10, burst: 5 });
  await clock.advance(3_600_000);
  assert.deepEqual([bucket.take(5), bucket.take(1)], [0, 100]);
});

test("a refused take costs nothing", () => {
  const bucket = new TokenBucket(new FakeClock(), { per_s: 10, burst: 5 });
  bucket.take(3);
  assert.equal(bucket.take(4), 200);
  assert.equal(bucket.take(2), 0);
});

test("a jump of the wall clock gives no tokens", () => {
  const clock = new FakeClock();
  const bucket = new TokenBucket(clock, { per_s: 10, burst: 1 });
  bucket.take();
  clock.jump(3_600_000);
  assert.equal(bucket.take(), 100);
});
