import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "../../lib/clock-fake.js";
import { TypingNotice } from "./typing.js";

function notice() {
  const clock = new FakeClock();
  const said: unknown[] = [];
  return { clock, said, notice: new TypingNotice(clock, ({ text }) => said.push(text)) };
}

test("typing is said at once, then at most every 2 s, and of what lies between the last", async () => {
  const { clock, said, notice: typing } = notice();
  for (const text of ["h", "he", "hel"]) typing.typed(text);
  assert.deepEqual(said, ["h"]);
  await clock.advance(2_000);
  assert.deepEqual(said, ["h", "hel"]);
  await clock.advance(10_000);
  assert.deepEqual(said, ["h", "hel"]);
});

test("what was sent is not said as typing afterwards", async () => {
  const { clock, said, notice: typing } = notice();
  typing.typed("h");
  typing.typed("hello");
  typing.done();
  await clock.advance(10_000);
  assert.deepEqual(said, ["h"]);
});
