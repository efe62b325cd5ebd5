import assert from "node:assert/strict";
import { test } from "node:test";
import { pause } from "./clock.js";
import { FakeClock } from "./clock-fake.js";

test("time stands still until it is moved", async () => {
  const clock = new FakeClock(1000);
  assert.deepEqual([clock.now(), clock.monotonic()], [1000, 0]);
  await clock.advance(250);
  assert.deepEqual([clock.now(), clock.monotonic()], [1250, 250]);
});

test("due timers run in the order of their times, each at its own time", async () => {
  const clock = new FakeClock(0);
  const ran: string[] = [];
  clock.after(30, () => ran.push(`c${clock.now()}`));
  clock.after(10, () => ran.push(`a${clock.now()}`));
  clock.after(10, () => ran.push(`b${clock.now()}`));
  clock.after(31, () => ran.push("late"));
  await clock.advance(30);
  assert.deepEqual(ran, ["a10", "b10", "c30"]);
});

test("a repeating timer runs once per period until it is cancelled", async () => {
  const clock = new FakeClock(0);
  const ran: number[] = [];
  const timer = clock.every(10, () => ran.push(clock.now()));
  await clock.advance(25);
  timer.cancel();
  await clock.advance(100);
  assert.deepEqual(ran, [10, 20]);
  assert.equal(clock.timers, 0);
});

test("what a timer sets in motion is finished before the next one runs, and its new timers count", async () => {
  const clock = new FakeClock(0);
  const ran: string[] = [];
  const work = async (): Promise<void> => {
    await pause(clock, 5);
    ran.push("first");
    await pause(clock, 5);
    ran.push("second");
  };
  const done = work();
  clock.after(8, () => ran.push("between"));
  await clock.advance(10);
  await done;
  assert.deepEqual(ran, ["first", "between", "second"]);
});

test("a jump of the wall clock moves no timer", async () => {
  const clock = new FakeClock(0);
  let ran = false;
  clock.after(10, () => {
    ran = true;
  });
  clock.jump(3_600_000);
  await clock.advance(9);
  assert.equal(ran, false);
  assert.deepEqual([clock.now(), clock.monotonic()], [3_600_009, 9]);
});
