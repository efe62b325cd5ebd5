import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { connected, type Stage } from "../../test/support/client-stage.js";
import { C, type Line, ME, message, type Placed } from "../../test/support/scripted-desk.js";
import { Memory } from "./memory.js";
import { isRated, Talk } from "./talk.js";

const SYSTEM = { id: "deskwire", role: "system", name: "Deskwire" };

function routing(n: number, event: string, state: string): Placed {
  return message([1, n], event, { from: SYSTEM, kind: "routing", body: { event, reason: event, state, version: n } });
}

const queued = routing(1, "queued", "queued");
const closed = routing(3, "closed", "closed");

interface Talking extends Stage {
  readonly line: Line;
  readonly memory: Memory;
  readonly talk: Talk;
}

async function talking(t: TestContext): Promise<Talking> {
  const staged = await connected(t);
  const memory = new Memory(staged.storage, "demo");
  const talk = new Talk({ client: staged.client, memory, ask: { topic: "support" }, changed: () => undefined });
  return { ...staged, memory, talk };
}

/** A visitor who said "hello" in a conversation that is over. */
async function over(t: TestContext): Promise<Talking> {
  const there = await talking(t);
  const { line, talk } = there;
  talk.say("hello");
  await line.show([queued]);
  const hello = await line.heard("send");
  line.say(message([1, 2], "hello", { from: ME, mid: hello["mid"] }), closed);
  line.answer(hello, { pos: [1, 2], ts: 1 });
  await line.settled();
  assert.equal(talk.isOver, true);
  return there;
}

const said = ({ conversation }: Talk) =>
  conversation?.messages.flatMap(({ kind, body, status }) => (kind === "text" ? [`${body["text"]} ${status}`] : []));

test("nobody is asked for before the visitor said something", async (t) => {
  const { line, talk } = await talking(t);
  await talk.resume();
  assert.deepEqual(await line.left(), []);
});

test("first words ask for a conversation, and are sent under the mid they were remembered by", async (t) => {
  const { line, memory, talk } = await talking(t);
  talk.say("hello");
  talk.say("is anybody there?");
  const remembered = memory.first.map(({ mid, text }) => `${mid} ${text}`);
  assert.equal(remembered.length, 2);
  const asked = await line.show([queued]);
  assert.deepEqual(asked["ask"], { topic: "support" });
  const first = await line.heard("send");
  line.answer(first, { pos: [1, 2], ts: 1 });
  const second = await line.heard("send");
  assert.deepEqual(
    [first, second].map(({ mid, body }) => `${mid} ${body.text}`),
    remembered,
  );
  assert.deepEqual([memory.first, memory.conversation, first["since"]], [[], C, [1, 1]]);
  assert.deepEqual(await line.left(), []);
});

test("a page that comes after looks at the conversation it finds, and asks for none", async (t) => {
  const { line, memory, talk } = await talking(t);
  memory.converse(C);
  const resumed = talk.resume();
  const asked = await line.show([queued]);
  await resumed;
  assert.deepEqual([asked["c"], asked["ask"], talk.conversation?.c], [C, undefined, C]);
});

test("a page that comes after sends the first words it finds", async (t) => {
  const { line, memory, talk } = await talking(t);
  memory.write({ mid: "m1", text: "hello", at: 1 });
  await talk.resume();
  await line.show([queued]);
  assert.equal((await line.heard("send"))["mid"], "m1");
});

test("a conversation that may not be read any more is forgotten", async (t) => {
  const { line, memory, talk } = await talking(t);
  memory.converse(C);
  const resumed = talk.resume();
  line.refuse(await line.heard("open"), "not_found");
  await resumed;
  assert.deepEqual([talk.conversation, memory.conversation, talk.refused], [undefined, undefined, false]);
});

test("words after the end ask again, and are sent when the conversation goes on", async (t) => {
  const { line, talk } = await over(t);
  talk.goOn();
  assert.deepEqual([talk.again, await line.left()], [true, []]);
  talk.say("one more thing");
  await line.show([routing(4, "reopened", "queued")]);
  const more = await line.heard("send");
  assert.deepEqual([more["body"], talk.again, talk.isOver], [{ text: "one more thing" }, false, false]);
});

test("a message that came too late for its conversation goes out again after it was asked for again", async (t) => {
  const there = await talking(t);
  const { line, talk } = there;
  talk.say("hello");
  await line.show([queued]);
  line.answer(await line.heard("send"), { pos: [1, 2], ts: 1 });
  await line.settled();
  talk.say("too late");
  const late = await line.heard("send");
  line.say(closed);
  line.refuse(late, "closed");
  await line.settled();
  assert.deepEqual(said(talk), ["hello sent", "too late failed"]);
  talk.retry(talk.conversation?.messages.at(-1)?.key ?? "");
  await line.show([routing(4, "reopened", "queued")]);
  const again = await line.heard("send");
  assert.deepEqual(again["body"], { text: "too late" });
  assert.notEqual(again["mid"], late["mid"]);
});

test("a desk that takes no conversation is said to refuse, and asked again when the visitor tries again", async (t) => {
  const { line, memory, talk } = await talking(t);
  talk.say("hello");
  line.refuse(await line.heard("open"), "not_found");
  await line.settled();
  assert.deepEqual([talk.refused, memory.first.length], [true, 1]);
  talk.retry(memory.first[0]?.mid ?? "");
  assert.equal(talk.refused, false);
  await line.show([queued]);
  assert.deepEqual((await line.heard("send"))["body"], { text: "hello" });
});

test("first words that were refused can be thrown away", async (t) => {
  const { line, memory, talk } = await talking(t);
  talk.say("hello");
  line.refuse(await line.heard("open"), "not_found");
  await line.settled();
  talk.discard(memory.first[0]?.mid ?? "");
  assert.deepEqual(memory.first, []);
});

test("a text longer than the desk takes stays with its writer", async (t) => {
  const { line, talk, memory } = await talking(t);
  assert.equal(talk.say("长".repeat(6_000)), false);
  assert.deepEqual([memory.first, await line.left()], [[], []]);
});

test("the desk is thanked for a rating only once it has it", async (t) => {
  const { line, talk } = await over(t);
  const rated = talk.rate(5, "");
  const asked = await line.heard("rate");
  assert.deepEqual([asked["score"], "comment" in asked, talk.isRated], [5, false, false]);
  line.answer(asked);
  await rated;
  assert.equal(talk.isRated, true);
});

test("a rating counts for the end it stands behind, not for a later one", () => {
  const rating = { kind: "system", body: { code: "rated", score: 4 } };
  const end = { kind: "routing", body: { event: "closed" } };
  const text = { kind: "text", body: { text: "closed", code: "rated", event: "closed" } };
  assert.equal(isRated([end, rating, text]), true);
  assert.equal(isRated([end, rating, text, end, text]), false);
  assert.equal(isRated([]), false);
});
