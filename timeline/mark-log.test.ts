import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { Consumer } from "../test/contract/journal/records.js";
import { log } from "../test/support/log.js";
import { Timelines } from "../test/support/timelines.js";
import { until } from "../test/support/until.js";
import { MarkLog } from "./mark-log.js";
import type { MarkRecord } from "./record.js";

const mark = (n: number, { c = "c_1", user = "v_1" } = {}): MarkRecord => ({ t: "mark", tenant: "shop", c, user, read: [1, n] });

function marks(t: TestContext) {
  const { journal, clock } = new Timelines(t);
  const consumer = new Consumer(journal, "marks");
  t.after(() => consumer.stop());
  const append = t.mock.method(journal, "append");
  return { clock, append, consumer, marks: new MarkLog({ journal, clock, log, period_ms: 1_000 }) };
}

test("of each user in each conversation the last mark of a period is written, all in one append", async (t) => {
  const { clock, append, consumer, marks: gathered } = marks(t);
  for (const each of [mark(1), mark(2, { user: "ada" }), mark(2), mark(9, { c: "c_2" }), mark(3)]) gathered.add(each);
  await clock.advance(999);
  assert.equal(append.mock.callCount(), 0);
  await clock.advance(1);
  await until("the marks", () => consumer.records.length >= 3);
  assert.deepEqual(consumer.records, [mark(3), mark(2, { user: "ada" }), mark(9, { c: "c_2" })]);
  assert.equal(append.mock.callCount(), 1);
});

test("the next period begins with the next mark", async (t) => {
  const { clock, append, consumer, marks: gathered } = marks(t);
  gathered.add(mark(1));
  await clock.advance(1_000);
  await clock.advance(5_000);
  assert.equal(append.mock.callCount(), 1);
  gathered.add(mark(2, { user: "ada" }));
  await clock.advance(1_000);
  await until("both marks", () => consumer.records.length >= 2);
  assert.deepEqual(consumer.records, [mark(1), mark(2, { user: "ada" })]);
});

test("a flush writes at once and leaves no timer; without marks it writes nothing", async (t) => {
  const { clock, append, consumer, marks: gathered } = marks(t);
  await gathered.flush();
  gathered.add(mark(1));
  await gathered.flush();
  await until("the mark", () => consumer.records.length >= 1);
  assert.deepEqual([clock.timers, append.mock.callCount()], [0, 1]);
});

test("marks of very many conversations are not held back", async (t) => {
  const { append, consumer, marks: gathered } = marks(t);
  for (let i = 0; i < 5_000; i++) gathered.add(mark(1, { c: `c_${i}` }));
  await until("all marks", () => consumer.raw.length >= 5_000);
  assert.equal(append.mock.callCount(), 1);
});

test("a journal that refuses costs the marks of that period and nothing else", async (t) => {
  const { clock, append, consumer, marks: gathered } = marks(t);
  append.mock.mockImplementationOnce(() => Promise.reject(new Error("full disk")));
  gathered.add(mark(1));
  await clock.advance(1_000);
  gathered.add(mark(2));
  await clock.advance(1_000);
  await until("the second mark", () => consumer.records.length >= 1);
  assert.deepEqual(consumer.records, [mark(2)]);
});
