import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Position } from "../../proto/position.js";
import { again, connected, type Reading, reached, reading as read } from "../../test/support/client-stage.js";
import { ADA, C, ME, message, type Placed } from "../../test/support/scripted-desk.js";
import type { Conversation } from "./index.js";

/** A client that reads conversation c1, up to 1.3 unless a page is given. */
const reading = (t: TestContext, page: readonly Placed[] = said(1, 1, 3), more = {}) => read(t, page, more);

/** Messages e.from … e.to; the text is the place. */
function said(epoch: number, from: number, to: number): Placed[] {
  return Array.from({ length: to - from + 1 }, (_, i) => message([epoch, from + i], `${epoch}.${from + i}`));
}

const texts = (conversation: Conversation) => conversation.messages.map((m) => String(m.body["text"])).join(" ");
const resumed = (head: Position, more: object = {}) => ({ resumed: { [C]: { head, ...more } } });
const gap = (after: Position, head: Position) => ({ ev: "gap", c: C, after, head });

/** One who read up to 1.3 in history and to 1.5 live comes back to a desk that has another head and a gap before it. */
async function backTo(t: TestContext, head: Position): Promise<Reading> {
  const staged = await reading(t);
  staged.line.say(...said(1, 4, 5));
  await staged.line.settled();
  staged.line.cut();
  const line = await again(staged, resumed(head, { gap: true }));
  line.say(gap([1, 5], head));
  return { ...staged, line };
}

test("events that follow the opened page are shown in order, and a skip keeps the order whole", async (t) => {
  const { line, conversation } = await reading(t);
  line.say(message([1, 4], "1.4"), { ev: "skip", c: C, pos: [1, 5] }, message([1, 6], "1.6"));
  await line.settled();
  assert.equal(texts(conversation), "1.1 1.2 1.3 1.4 1.6");
  assert.equal(conversation.missing, undefined);
});

test("an event at or below what was read is ignored", async (t) => {
  const { line, conversation } = await reading(t);
  line.say(message([1, 3], "again"), message([1, 2], "again too"), message([1, 4], "1.4"), message([1, 4], "1.4"));
  await line.settled();
  assert.equal(texts(conversation), "1.1 1.2 1.3 1.4");
});

test("a hole between two events is read from history, and what lies in it is put in its place", async (t) => {
  const { line, conversation } = await reading(t);
  line.say(message([1, 6], "1.6"));
  const asked = await line.heard("history");
  assert.deepEqual(asked["after"], [1, 3]);
  assert.deepEqual(conversation.missing, [1, 3]);
  line.say(message([1, 7], "1.7"));
  line.answer(asked, { messages: [...said(1, 4, 6), { pos: [1, 7], kind: "hidden" }].slice(0, 3), more: false });
  await line.settled();
  assert.equal(texts(conversation), "1.1 1.2 1.3 1.4 1.5 1.6 1.7");
  assert.equal(conversation.missing, undefined);
});

test("a last event that never came is found by the heads of the next ping", async (t) => {
  const { clock, line, conversation } = await reading(t);
  await clock.advance(10_000);
  line.answer(await line.heard("ping"), { now: 1, heads: { [C]: [1, 5] } });
  const asked = await line.heard("history");
  assert.deepEqual(asked["after"], [1, 3]);
  line.answer(asked, { messages: said(1, 4, 5), more: false });
  await line.settled();
  assert.equal(texts(conversation), "1.1 1.2 1.3 1.4 1.5");
});

test("a client resumes from its last position and shows what it missed once", async (t) => {
  const staged = await reading(t);
  staged.line.say(message([1, 4], "1.4"));
  await staged.line.settled();
  staged.line.cut();
  await reached(staged.client, "waiting");
  staged.client.wake();
  const line = await staged.desk.line(2);
  const hello = await line.welcome(resumed([1, 6]));
  assert.deepEqual(hello["resume"], { [C]: [1, 4] });
  line.say(...said(1, 5, 6), message([1, 7], "1.7"));
  await line.settled();
  assert.equal(texts(staged.conversation), "1.1 1.2 1.3 1.4 1.5 1.6 1.7");
  assert.deepEqual(
    (await line.left()).filter((op) => op !== "mark"),
    [],
  );
});

test("after a gap history is read until nothing is incomplete, each message once", async (t) => {
  const staged = await reading(t);
  staged.line.cut();
  const line = await again(staged, resumed([2, 2], { gap: true }));
  line.say(...said(2, 1, 2), gap([1, 3], [2, 2]));
  const early = await line.heard("history");
  line.answer(early, {
    messages: said(2, 1, 2),
    more: false,
    incomplete: [
      [
        [1, 3],
        [2, 0],
      ],
    ],
  });
  await line.settled();
  await staged.clock.advance(4_000);
  const second = await line.heard("history");
  line.answer(second, { messages: [...said(1, 1, 5), ...said(2, 1, 2)], more: false });
  await line.settled();
  await staged.clock.advance(9_000);
  assert.equal(texts(staged.conversation), "1.1 1.2 1.3 1.4 1.5 2.1 2.2");
  assert.equal(staged.conversation.missing, undefined);
  assert.equal((await line.left()).includes("history"), false);
});

test("what a lost life showed and history does not have is dropped", async (t) => {
  const { line, conversation } = await backTo(t, [2, 1]);
  const asked = await line.heard("history");
  assert.deepEqual(asked["after"], [1, 0]);
  line.answer(asked, { messages: [...said(1, 1, 4), ...said(2, 1, 1)], more: false });
  await line.settled();
  assert.equal(texts(conversation), "1.1 1.2 1.3 1.4 2.1");
});

test("a range of a lost life that cannot be read yet is not dropped before it can", async (t) => {
  const { line, conversation, clock } = await backTo(t, [2, 1]);
  line.answer(await line.heard("history"), {
    messages: [...said(1, 1, 3), ...said(2, 1, 1)],
    more: false,
    incomplete: [
      [
        [1, 3],
        [2, 0],
      ],
    ],
  });
  await line.settled();
  assert.equal(texts(conversation), "1.1 1.2 1.3 1.4 1.5 2.1");
  await clock.advance(4_000);
  line.answer(await line.heard("history"), { messages: [...said(1, 4, 4), ...said(2, 1, 1)], more: false });
  await line.settled();
  assert.equal(texts(conversation), "1.1 1.2 1.3 1.4 2.1");
});

test("a gap to a lower head brings the reader back to it: what it had above is dropped, and new events count from there", async (t) => {
  const { line, conversation } = await backTo(t, [1, 4]);
  line.answer(await line.heard("history"), { messages: said(1, 1, 4), more: false });
  await line.settled();
  assert.equal(texts(conversation), "1.1 1.2 1.3 1.4");
  assert.deepEqual(conversation.position, [1, 4]);
  line.say(message([1, 5], "another 1.5"));
  await line.settled();
  assert.equal(texts(conversation), "1.1 1.2 1.3 1.4 another 1.5");
});

test("a life that begins with the very next number is a break all the same", async (t) => {
  const { line, conversation } = await reading(t);
  line.say(message([2, 4], "2.4"));
  assert.deepEqual((await line.heard("history"))["after"], [1, 0]);
  assert.deepEqual(conversation.missing, [1, 0]);
});

test("a message whose sender and mid come again higher is moved there, and is never shown twice", async (t) => {
  const { line, conversation } = await reading(t);
  line.say(message([1, 4], "moved"), message([1, 5], "1.5"), message([1, 6], "moved"), message([1, 7], "moved", { from: ME }));
  await line.settled();
  assert.deepEqual(
    conversation.messages.map((m) => [m.pos, m.mid, m.from.id]),
    [
      [[1, 1], "1.1", ADA.id],
      [[1, 2], "1.2", ADA.id],
      [[1, 3], "1.3", ADA.id],
      [[1, 5], "1.5", ADA.id],
      [[1, 6], "moved", ADA.id],
      [[1, 7], "moved", ME.id],
    ],
  );
});

test("a place that history hides is not shown, even if something was seen there", async (t) => {
  const staged = await reading(t);
  staged.line.cut();
  const line = await again(staged, resumed([2, 1], { gap: true }));
  line.say(gap([1, 3], [2, 1]));
  line.answer(await line.heard("history"), {
    messages: [...said(1, 1, 2), { pos: [1, 3], kind: "hidden" }, ...said(2, 1, 1)],
    more: false,
  });
  await line.settled();
  assert.equal(texts(staged.conversation), "1.1 1.2 2.1");
});

test("a recall that was lost with its life withdraws nothing", async (t) => {
  const staged = await reading(t);
  staged.line.say(message([1, 4], "r", { kind: "recall", body: { mid: "1.3" } }));
  await staged.line.settled();
  staged.line.cut();
  const line = await again(staged, resumed([2, 1], { gap: true }));
  line.say(gap([1, 4], [2, 1]));
  line.answer(await line.heard("history"), { messages: [...said(1, 1, 3), ...said(2, 1, 1)], more: false });
  await line.settled();
  assert.deepEqual(
    staged.conversation.messages.map((m) => m.recalled),
    [false, false, false, false],
  );
});

test("older pages come before the first message, hidden places count, and the last page says that it is complete", async (t) => {
  const { line, conversation } = await reading(t, said(1, 7, 9), { complete: false });
  const more = conversation.older();
  assert.equal(conversation.older(), more, "one page is loaded at a time");
  const first = await line.heard("history");
  assert.deepEqual(first["before"], [1, 7]);
  line.answer(first, { messages: [{ pos: [1, 4], kind: "hidden" }, ...said(1, 5, 6)], more: true });
  assert.equal(await more, true);
  const last = conversation.older();
  const second = await line.heard("history");
  assert.deepEqual(second["before"], [1, 4]);
  line.answer(second, { messages: said(1, 1, 3), more: false });
  assert.equal(await last, false);
  assert.equal(texts(conversation), "1.1 1.2 1.3 1.5 1.6 1.7 1.8 1.9");
  assert.equal(conversation.complete, true);
});

test("an older page with a range that cannot be read yet is read again until it can", async (t) => {
  const { clock, line, conversation } = await reading(t, said(2, 1, 2), { complete: false });
  const more = conversation.older();
  line.answer(await line.heard("history"), {
    messages: said(1, 1, 2),
    more: false,
    incomplete: [
      [
        [1, 2],
        [2, 0],
      ],
    ],
  });
  assert.equal(await more, true);
  const asked = await line.heard("history");
  assert.deepEqual(asked["after"], [1, 2]);
  line.answer(asked, {
    messages: said(2, 1, 2),
    more: false,
    incomplete: [
      [
        [1, 2],
        [2, 0],
      ],
    ],
  });
  await line.settled();
  await clock.advance(4_000);
  line.answer(await line.heard("history"), { messages: [...said(1, 3, 3), ...said(2, 1, 2)], more: false });
  await line.settled();
  assert.equal(texts(conversation), "1.1 1.2 1.3 2.1 2.2");
});

test("an older page with several ranges that cannot be read yet is read again from the lowest to the highest", async (t) => {
  const { line, conversation } = await reading(t, said(3, 1, 2), { complete: false });
  const more = conversation.older();
  const incomplete = [
    [
      [1, 1],
      [2, 0],
    ],
    [
      [2, 1],
      [3, 0],
    ],
  ];
  line.answer(await line.heard("history"), { messages: [...said(1, 1, 1), ...said(2, 1, 1)], more: false, incomplete });
  await more;
  const asked = await line.heard("history");
  assert.deepEqual(asked["after"], [1, 1]);
  line.answer(asked, { messages: [...said(1, 2, 2), ...said(2, 1, 1)], more: true });
  const rest = await line.heard("history");
  assert.deepEqual(rest["after"], [2, 1]);
  line.answer(rest, { messages: [...said(2, 2, 2), ...said(3, 1, 2)], more: false });
  await line.settled();
  assert.equal(texts(conversation), "1.1 1.2 2.1 2.2 3.1 3.2");
});

test("a page that was asked for before a life was lost is asked for again", async (t) => {
  const { line, conversation } = await reading(t, said(2, 4, 5), { complete: false });
  conversation.older().catch(() => undefined);
  const early = await line.heard("history");
  line.say(gap([2, 5], [3, 1]));
  line.answer(await line.heard("history"), { messages: [...said(2, 3, 4), ...said(3, 1, 1)], more: false });
  line.answer(early, { messages: [message([2, 2], "lost"), ...said(2, 3, 3)], more: true });
  const again = await line.heard("history");
  assert.deepEqual(again["before"], [2, 4]);
  line.answer(again, { messages: said(2, 1, 3), more: false });
  await line.settled();
  assert.equal(texts(conversation), "2.1 2.2 2.3 2.4 3.1");
});

test("an own message confirmed before the conversation was opened leaves no hole above it", async (t) => {
  const staged = await connected(t);
  const { sent } = staged.client.conversation(C).send("text", { text: "early" });
  staged.line.answer(await staged.line.heard("send"), { pos: [1, 2], ts: 7 });
  await sent;
  const opening = staged.client.open(C);
  await staged.line.show(said(1, 7, 9), { complete: false });
  const conversation = await opening;
  assert.equal(texts(conversation), "1.7 1.8 1.9");
});

test("history that is asked for while the connection breaks is asked for again on the next one", async (t) => {
  const staged = await reading(t);
  staged.line.say(message([1, 6], "1.6"));
  await staged.line.heard("history");
  staged.line.cut();
  const line = await again(staged, resumed([1, 6]));
  line.answer(await line.heard("history"), { messages: said(1, 4, 6), more: false });
  await line.settled();
  assert.equal(texts(staged.conversation), "1.1 1.2 1.3 1.4 1.5 1.6");
});

test("a conversation that may no longer be read says why, and stays as it was", async (t) => {
  const staged = await reading(t);
  staged.line.cut();
  const line = await again(staged, { resumed: { [C]: { error: { code: "not_found", message: "gone" } } } });
  await line.settled();
  assert.deepEqual([staged.conversation.attached, staged.conversation.lost?.code], [false, "not_found"]);
  assert.equal(texts(staged.conversation), "1.1 1.2 1.3");
});

test("a conversation that cannot be resumed for now is opened again, and what it missed is read", async (t) => {
  const staged = await reading(t);
  staged.line.cut();
  const line = await again(staged, { resumed: { [C]: { error: { code: "unavailable", message: "", retry: true } } } });
  await line.show(said(1, 8, 9), { complete: false });
  const asked = await line.heard("history");
  assert.deepEqual(asked["after"], [1, 3]);
  line.answer(asked, { messages: said(1, 4, 9), more: false });
  await line.settled();
  assert.equal(texts(staged.conversation), "1.1 1.2 1.3 1.4 1.5 1.6 1.7 1.8 1.9");
});

test("a hello resumes a hundred conversations at most; the others are opened again after it", async (t) => {
  const staged = await connected(t);
  const ids = Array.from({ length: 103 }, (_, i) => `k${i}`);
  for (const c of ids) {
    const opening = staged.client.open(c);
    await staged.line.show([message([1, 1], "1.1", { c })]);
    await opening;
  }
  staged.line.cut();
  const line = await again(staged, { resumed: Object.fromEntries(ids.slice(0, 100).map((c) => [c, { head: [1, 1] }])) });
  const opened = [await line.heard("open"), await line.heard("open"), await line.heard("open")];
  assert.deepEqual(
    opened.map((each) => each["c"]),
    ids.slice(100),
  );
});

test("two conversations whose frames are interleaved keep their own order and their own holes", async (t) => {
  const { client, line, conversation } = await reading(t);
  const opening = client.open("c2");
  const other = (n: number) => message([7, n], `7.${n}`, { c: "c2" });
  await line.show([other(1)]);
  const second = await opening;
  line.say(other(2), message([1, 4], "1.4"), other(4), message([1, 5], "1.5"));
  const asked = await line.heard("history");
  assert.deepEqual([asked["c"], asked["after"]], ["c2", [7, 2]]);
  line.answer(asked, { messages: [other(3), other(4)], more: false });
  await line.settled();
  assert.equal(texts(conversation), "1.1 1.2 1.3 1.4 1.5");
  assert.equal(texts(second), "7.1 7.2 7.3 7.4");
});

test("an open that meets a server in trouble is repeated; one that is refused is rejected", async (t) => {
  const { client, clock, line } = await connected(t);
  const opening = client.open({ ask: { topic: "support" } });
  line.refuse(await line.heard("open"), "unavailable", { retry_after_ms: 500 });
  await line.settled();
  await clock.advance(500);
  await line.show([], { c: "c9" });
  assert.equal((await opening).c, "c9");
  const refused = client.open("c8");
  line.refuse(await line.heard("open"), "not_found");
  await assert.rejects(refused, { code: "not_found" });
});

test("the state follows the routing entries, and a barrier changes nothing", async (t) => {
  const { line, conversation } = await reading(t, said(1, 1, 3), { state: "queued", queue: { position: 2, eta_ms: 1_000 } });
  const routing = (pos: Position, body: object) => message(pos, `r${pos[1]}`, { kind: "routing", body });
  line.say(routing([1, 4], { event: "assigned", state: "active", assignee: ADA.id, version: 3 }));
  await line.settled();
  assert.deepEqual([conversation.state, conversation.assignee, conversation.queue], ["active", ADA.id, undefined]);
  line.say(routing([1, 5], { event: "barrier" }));
  await line.settled();
  assert.deepEqual([conversation.state, conversation.assignee], ["active", ADA.id]);
  line.say(routing([1, 6], { event: "closed", state: "closed", version: 4 }));
  await line.settled();
  assert.deepEqual([conversation.state, conversation.assignee], ["closed", undefined]);
});

test("a conversation that was left gets no more events and is not resumed", async (t) => {
  const staged = await reading(t);
  staged.conversation.leave();
  assert.equal((await staged.line.heard("leave"))["c"], C);
  staged.line.cut();
  await reached(staged.client, "waiting");
  staged.client.wake();
  const hello = await (await staged.desk.line(2)).welcome();
  assert.deepEqual(hello["resume"], {});
});
