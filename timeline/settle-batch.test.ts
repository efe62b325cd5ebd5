import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { Chat } from "../test/contract/broker/chat.js";
import { Timelines } from "../test/support/timelines.js";
import { SettleBatch } from "./settle-batch.js";

/** A conversation with entries that wait, and how often its broker is asked to settle. */
async function waiting(t: TestContext) {
  const broker = new Timelines(t).broker();
  const chat = await Chat.begun(broker);
  const entries = await chat.sayAll(3);
  const settle = t.mock.method(broker, "settle");
  return { broker, chat, entries, settle, batch: new SettleBatch(broker) };
}

test("settles of one turn are one call, and each has its own answer", async (t) => {
  const { batch, chat, entries, settle } = await waiting(t);
  const strange = { c: "c_none", pos: entries[0]?.pos ?? [0, 0] };
  const answers = await Promise.all([...entries, strange].map((entry) => batch.settle(1, entry)));
  assert.deepEqual(answers, ["settled", "settled", "settled", "unknown"]);
  assert.equal(settle.mock.callCount(), 1);
  assert.equal((await chat.unsettled()).length, 1);
});

test("what comes after a call was made goes with the next one", async (t) => {
  const { batch, entries, settle } = await waiting(t);
  for (const entry of entries) assert.equal(await batch.settle(1, entry), "settled");
  assert.equal(settle.mock.callCount(), 3);
});

test("settles under another storage epoch are a call of their own, and fenced", async (t) => {
  const { batch, chat, entries, settle } = await waiting(t);
  const answers = await Promise.all(entries.map((entry, i) => batch.settle(1 + (i % 2), entry)));
  assert.deepEqual([answers, settle.mock.callCount()], [["settled", "fenced", "settled"], 2]);
  assert.equal((await chat.unsettled()).length, 2);
});

test("a broker that cannot be asked rejects every settle of the call, and the next call is made", async (t) => {
  const { batch, entries, settle } = await waiting(t);
  settle.mock.mockImplementationOnce(() => Promise.reject(new Error("no route")));
  const answers = await Promise.allSettled(entries.map((entry) => batch.settle(1, entry)));
  assert.deepEqual(
    answers.map(({ status }) => status),
    ["rejected", "rejected", "rejected"],
  );
  assert.equal(await batch.settle(1, entries[0] ?? { c: "", pos: [0, 0] }), "settled");
});
