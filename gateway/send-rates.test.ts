import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "../lib/clock-fake.js";
import { DeskError } from "../lib/errors.js";
import { SendRates } from "./send-rates.js";

const by = (tenant: string, id: string) => ({ tenant, user: { id, role: "visitor", name: id }, issued_at: 0, expires_at: 0 }) as const;

/** How many of these sends are let through, and what the last refusal says. */
function taken(
  rates: SendRates,
  sends: number,
  who = by("shop", "wei"),
): { readonly passed: number; readonly wait_ms: number | undefined } {
  let passed = 0;
  let wait_ms: number | undefined;
  for (let i = 0; i < sends; i++) {
    try {
      rates.take(who);
      passed++;
    } catch (error) {
      assert.ok(error instanceof DeskError && error.code === "rate_limited");
      wait_ms = error.retry_after_ms;
    }
  }
  return { passed, wait_ms };
}

test("a user sends the burst at once and then by the second, and is told when to go on; nobody else is slowed down", async () => {
  const clock = new FakeClock();
  const rates = new SendRates(clock, { per_s: 20, burst: 40 });
  assert.deepEqual(taken(rates, 50), { passed: 40, wait_ms: 50 });
  assert.equal(taken(rates, 50, by("shop", "mia")).passed, 40);
  assert.equal(taken(rates, 50, by("other", "wei")).passed, 40);
  await clock.advance(1_000);
  assert.equal(taken(rates, 50).passed, 20);
});

test("who tries without a pause is not forgotten, and gets no more than the rate", async () => {
  const clock = new FakeClock();
  const rates = new SendRates(clock, { per_s: 20, burst: 40 });
  taken(rates, 40);
  let passed = 0;
  for (let second = 0; second < 10; second++) {
    await clock.advance(1_000);
    taken(rates, 1, by("shop", `guest ${second}`));
    passed += taken(rates, 50).passed;
  }
  assert.equal(passed, 200);
});
