import assert from "node:assert/strict";
import { test } from "node:test";
import { Networks } from "../lib/address.js";
import { FakeClock } from "../lib/clock-fake.js";
import { DeskError } from "../lib/errors.js";
import { Metrics } from "../lib/metrics.js";
import { Budget, byNetwork, refusals } from "./budget.js";

function budget(clock: FakeClock, metrics = new Metrics(), counts?: (caller: string) => string | undefined): Budget {
  return new Budget({ rate: { count: 30, per_ms: 60_000 }, clock, refused: refusals(metrics)("visitors"), ...(counts && { counts }) });
}

/** How many of these are granted. */
function granted(from: Budget, caller: string, tries: number): number {
  return Array.from({ length: tries }, () => from.wait(caller)).filter((wait_ms) => wait_ms === 0).length;
}

test("a caller has the whole count at once and then its share of the time; nobody else pays for it", async () => {
  const clock = new FakeClock();
  const visitors = budget(clock);
  assert.equal(granted(visitors, "a", 40), 30);
  assert.equal(granted(visitors, "b", 40), 30);
  await clock.advance(4_000);
  assert.equal(granted(visitors, "a", 40), 2);
});

test("a refusal says when to go on, and is counted under the limit's name", async () => {
  const metrics = new Metrics();
  const visitors = budget(new FakeClock(), metrics);
  granted(visitors, "a", 30);
  assert.throws(
    () => visitors.take("a"),
    (error: unknown) => error instanceof DeskError && error.code === "rate_limited" && error.retry_after_ms === 2_000,
  );
  assert.match(await metrics.text(), /deskwire_gateway_limited_total\{limit="visitors"\} 1/);
});

test("addresses of one /64 have one budget, IPv4 addresses one each, exempt ones none", () => {
  const visitors = budget(new FakeClock(), new Metrics(), byNetwork(new Networks(["127.0.0.0/8"])));
  assert.equal(granted(visitors, "2001:db8::1", 20) + granted(visitors, "2001:db8::2", 20), 30);
  assert.equal(granted(visitors, "2001:db8:0:1::1", 40), 30);
  assert.equal(granted(visitors, "203.0.113.7", 40), 30);
  assert.equal(granted(visitors, "127.0.0.1", 1_000), 1_000);
});
