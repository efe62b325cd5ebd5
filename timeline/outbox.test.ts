import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { DeskError } from "../lib/errors.js";
import { Chat } from "../test/contract/broker/chat.js";
import { Gate } from "../test/support/gate.js";
import { instead } from "../test/support/instead.js";
import { log } from "../test/support/log.js";
import { refusal } from "../test/support/refusal.js";
import { behindGate, Timelines, watched } from "../test/support/timelines.js";
import { turns, until } from "../test/support/until.js";
import type { Journal } from "./journal.js";
import { Outbox, Unplaced } from "./outbox.js";

const unavailable = () => Promise.reject(new DeskError("unavailable"));

async function desk(t: TestContext, over: (journal: Journal) => Journal = (journal) => journal) {
  const timelines = new Timelines(t);
  const broker = timelines.broker();
  const chat = await Chat.begun(broker);
  await chat.settleAll();
  const { journal, batches } = watched(timelines.journal);
  const { clock } = timelines;
  const outbox = new Outbox({ broker, journal: over(journal), clock, log });
  return { timelines, chat, clock, outbox, batches, broker };
}

test("an entry is brought to the journal, then settled, then it has its place", async (t) => {
  const { outbox, chat, batches } = await desk(t);
  const entry = await chat.said("m1");
  assert.deepEqual(await outbox.enter(1, entry, []), { pos: entry.pos, ts: entry.ts });
  assert.deepEqual([batches, await chat.unsettled(), outbox.size], [[["m1"]], [], 0]);
});

test("everybody who asks for one entry joins one production", async (t) => {
  const gate = new Gate();
  const { outbox, chat, batches } = await desk(t, (journal) => behindGate(journal, gate));
  const entry = await chat.said("m1");
  const asked = [outbox.enter(1, entry, []), outbox.enter(1, entry, []), outbox.enter(1, { ...entry }, [])];
  assert.deepEqual(
    [outbox.size, outbox.holds({ c: entry.c, pos: entry.pos }), outbox.holds({ c: "c_2", pos: entry.pos })],
    [1, true, false],
  );
  gate.open();
  await Promise.all(asked);
  assert.deepEqual([batches, outbox.holds(entry)], [[["m1"]], false]);
});

test("the journal is tried again under the same position, ever more slowly, for as long as it takes", async (t) => {
  const tried: number[] = [];
  const { outbox, chat, clock, batches } = await desk(t, (journal) =>
    instead(journal, {
      append: async (records) => {
        tried.push(clock.monotonic());
        await (tried.length < 9 ? unavailable() : journal.append(records));
      },
    }),
  );
  const entry = await chat.said("m1");
  const place = outbox.enter(1, entry, []);
  await clock.advance(12_000);
  assert.deepEqual(await place, { pos: entry.pos, ts: entry.ts });
  const waits = tried.slice(1).map((at, i) => at - (tried[i] ?? 0));
  assert.deepEqual([waits, batches], [[100, 200, 400, 800, 1_600, 2_000, 2_000, 2_000], [["m1"]]]);
});

test("a broker that does not answer the settle is asked again, and the journal is not", async (t) => {
  const { outbox, chat, clock, batches, broker } = await desk(t);
  const entry = await chat.said("m1");
  const settle = t.mock.method(broker, "settle");
  settle.mock.mockImplementationOnce(unavailable);
  const place = outbox.enter(1, entry, []);
  await until("the first settle", () => settle.mock.callCount() === 1);
  await turns();
  await clock.advance(100);
  assert.deepEqual(await place, { pos: entry.pos, ts: entry.ts });
  assert.deepEqual([batches, settle.mock.callCount()], [[["m1"]], 2]);
});

test("what stands in front is settled with the entry", async (t) => {
  const { outbox, chat, batches } = await desk(t);
  const [one, two] = [await chat.said("m1"), await chat.said("m2")];
  await outbox.enter(1, two, [one]);
  assert.deepEqual([batches, await chat.unsettled()], [[["m1", "m2"]], []]);
});

test("an entry whose life is over under its storage epoch is unplaced, though the journal has it", async (t) => {
  const { outbox, chat, broker, batches } = await desk(t);
  const entry = await chat.said("m1");
  await broker.install(2);
  await assert.rejects(outbox.enter(1, entry, []), Unplaced);
  await assert.rejects(outbox.enter(2, entry, []), Unplaced);
  assert.deepEqual([batches.length, outbox.size], [2, 0]);
});

test("a fault that no retry mends ends the attempt; the entry stays unsettled for the sweeper", async (t) => {
  const { outbox, chat, broker } = await desk(t);
  const entry = await chat.said("m1");
  t.mock.method(broker, "settle").mock.mockImplementationOnce(() => Promise.reject(new TypeError("a bug")));
  await assert.rejects(outbox.enter(1, entry, []), TypeError);
  assert.deepEqual([(await chat.unsettled()).length, outbox.holds(entry)], [1, false]);
});

test("a stopped outbox produces nothing more and says unavailable", async (t) => {
  const { outbox, chat, batches } = await desk(t);
  outbox.stop();
  await assert.rejects(outbox.enter(1, await chat.said("m1"), []), refusal("unavailable"));
  assert.deepEqual(batches, []);
});
