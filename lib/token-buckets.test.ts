import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { FakeClock } from "./clock-fake.js";
import { TokenBucket } from "./token-bucket.js";
import { TokenBuckets } from "./token-buckets.js";

const LIMIT = { per_s: 2, burst: 4 };

test("each key has a bucket of its own, which no forgetting ever fills early", async () => {
  const key = fc.constantFrom("a", "b", "c");
  const step = fc.oneof(
    fc.record({ take: key, n: fc.integer({ min: 1, max: LIMIT.burst }) }),
    fc.integer({ min: 1, max: 1_500 }).map((wait_ms) => ({ wait_ms })),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 40, maxLength: 80 }), async (steps) => {
      const clock = new FakeClock();
      const buckets = new TokenBuckets(clock, LIMIT);
      const alone = new Map(["a", "b", "c"].map((name) => [name, new TokenBucket(clock, LIMIT)]));
      for (const each of steps) {
        await clock.advance("wait_ms" in each ? each.wait_ms : 0);
        for (const { take, n } of "take" in each ? [each] : []) assert.equal(buckets.take(take, n), alone.get(take)?.take(n));
      }
    }),
  );
});

test("keys that have rested are forgotten, those that are at it are not", async () => {
  const clock = new FakeClock();
  const buckets = new TokenBuckets(clock, LIMIT);
  for (let i = 0; i < 1_000; i++) buckets.take(`guest ${i}`);
  for (let second = 0; second < 10; second++) {
    await clock.advance(1_000);
    for (let i = 0; i < 5; i++) buckets.take("busy");
  }
  assert.equal(buckets.size, 1);
  assert.ok(buckets.take("busy", 4) > 0);
});

test("however many keys come in a short time, no more than the most are remembered", () => {
  const buckets = new TokenBuckets(new FakeClock(), LIMIT, 100);
  for (let i = 0; i < 10_000; i++) buckets.take(`key ${i}`);
  assert.ok(buckets.size <= 100);
});
