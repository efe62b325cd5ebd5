import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "../lib/clock-fake.js";
import { loadConfig } from "../lib/config.js";
import { DeskError } from "../lib/errors.js";
import { Metrics } from "../lib/metrics.js";
import { userKey } from "./budget.js";
import { Budgets } from "./budgets.js";
import { SendRates } from "./send-rates.js";

const LIMIT = { per_s: 20, burst: 40 };

function ratesOf(clock: FakeClock, env: Readonly<Record<string, string>> = {}): SendRates {
  return new SendRates(
    clock,
    LIMIT,
    new Budgets(
      loadConfig(env, () => ""),
      { clock, metrics: new Metrics() },
    ),
  );
}

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
  const rates = ratesOf(clock);
  assert.deepEqual(taken(rates, 50), { passed: 40, wait_ms: 50 });
  assert.equal(taken(rates, 50, by("shop", "mia")).passed, 40);
  assert.equal(taken(rates, 50, by("other", "wei")).passed, 40);
  await clock.advance(1_000);
  assert.equal(taken(rates, 50).passed, 20);
});

test("who tries without a pause is not forgotten, and gets no more than the rate", async () => {
  const clock = new FakeClock();
  const rates = ratesOf(clock);
  taken(rates, 40);
  let passed = 0;
  for (let second = 0; second < 10; second++) {
    await clock.advance(1_000);
    taken(rates, 1, by("shop", `guest ${second}`));
    passed += taken(rates, 50).passed;
  }
  assert.equal(passed, 200);
});

test("a user has one budget over all its sockets and HTTP, and what it has not left costs its tenant nothing", () => {
  const rates = ratesOf(new FakeClock(), { DESKWIRE_SENDS_PER_USER: "30/10s", DESKWIRE_SENDS_PER_TENANT: "60/10s" });
  const [wei, mia, tom] = [by("shop", "wei"), by("shop", "mia"), by("shop", "tom")];
  for (let i = 0; i < 20; i++) rates.counted(userKey(wei), "shop");
  assert.deepEqual(taken(rates, 35, wei), { passed: 10, wait_ms: 334 });
  assert.equal(taken(rates, 35, mia).passed, 30);
  assert.deepEqual(taken(rates, 1, tom), { passed: 0, wait_ms: 167 });
  assert.equal(taken(rates, 35, by("other", "wei")).passed, 30);
});
