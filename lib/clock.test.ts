import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { systemClock } from "./clock.js";

const MONTH_MS = 31 * 24 * 3_600_000;

test("a timer further away than Node's own reach does not run at once", async () => {
  let ran = false;
  const timer = systemClock.after(MONTH_MS, () => {
    ran = true;
  });
  // Node runs a timer that is out of its reach after 1 ms; the clock's own timers do not keep a process alive.
  await wait(20);
  timer.cancel();
  assert.equal(ran, false);
});

test("such a timer runs when all of its time has passed, and can be cancelled on the way", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const ran: string[] = [];
  systemClock.after(MONTH_MS, () => ran.push("kept"));
  const cancelled = systemClock.after(MONTH_MS, () => ran.push("cancelled"));
  t.mock.timers.tick(2 ** 31 - 1);
  cancelled.cancel();
  t.mock.timers.tick(MONTH_MS - 2 ** 31);
  assert.deepEqual(ran, []);
  t.mock.timers.tick(1);
  assert.deepEqual(ran, ["kept"]);
});

test("monotonic time grows, and both kinds of timer stop when they are cancelled", async () => {
  const since = systemClock.monotonic();
  const ran: string[] = [];
  const timers = [systemClock.after(1, () => ran.push("after")), systemClock.every(1, () => ran.push("every"))];
  for (const timer of timers) timer.cancel();
  await wait(5);
  assert.deepEqual(ran, []);
  assert.ok(systemClock.monotonic() > since);
});
