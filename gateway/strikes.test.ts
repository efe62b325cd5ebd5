import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "../lib/clock-fake.js";
import { Strikes } from "./strikes.js";

const LIMITS = { free: 1, wait_ms: 1_000, wait_ms_max: 60_000 };

test("however many keys are struck, only so many are remembered, and those struck last", () => {
  const strikes = new Strikes(new FakeClock(), LIMITS);
  for (let i = 0; i < 60_000; i++) strikes.strike(`key-${i}`);
  assert.equal(strikes.size, 50_000);
  for (const key of ["key-59999", "key-0"]) strikes.strike(key);
  assert.deepEqual([strikes.wait("key-59999"), strikes.wait("key-0")], [1_000, 0]);
});

test("a failure that is taken back takes the wait it brought with it, and no other", async () => {
  const clock = new FakeClock();
  const strikes = new Strikes(clock, LIMITS);
  for (let i = 0; i < 3; i++) strikes.strike("key");
  assert.equal(strikes.wait("key"), 2_000);
  strikes.forgive("key");
  assert.equal(strikes.wait("key"), 1_000);
  strikes.forgive("key");
  assert.equal(strikes.wait("key"), 0);
  strikes.strike("key");
  assert.equal(strikes.wait("key"), 1_000);
  for (let i = 0; i < 5; i++) strikes.forgive("key");
  assert.equal(strikes.size, 0);
});
