import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { again, connected, reached, reading as read } from "../../test/support/client-stage.js";
import { C, type Line, ME, message } from "../../test/support/scripted-desk.js";
import { type Conversation, memoryStorage, type Storage } from "./index.js";

/** A client that reads conversation c1 up to [1,3]. */
const reading = (t: TestContext, options = {}) =>
  read(t, [message([1, 1], "m1"), message([1, 2], "m2"), message([1, 3], "m3")], {}, options);

const RESUMED = { resumed: { [C]: { head: [1, 3] } } };

/** The messages that arrived at the server and no test took. */
const sends = async (line: Line) => (await line.left()).filter((op) => op === "send");

/** Messages of this user and how each stands. */
const own = (conversation: Conversation) => conversation.messages.filter((m) => m.mine).map((m) => `${m.body["text"]}: ${m.status}`);

test("a message is sending, then shown when it comes as an event, then sent when the server confirms it", async (t) => {
  const { line, conversation } = await reading(t);
  const { mid, sent } = conversation.send("text", { text: "hello" });
  assert.deepEqual(own(conversation), ["hello: sending"]);
  const send = await line.heard("send");
  assert.deepEqual({ ...send, id: 0 }, { op: "send", id: 0, c: C, mid, kind: "text", body: { text: "hello" }, since: [1, 3] });
  line.say(message([1, 4], mid, { from: ME, body: { text: "hello" } }));
  await line.settled();
  assert.deepEqual(own(conversation), ["hello: shown"]);
  line.answer(send, { pos: [1, 4], ts: 7 });
  assert.deepEqual((await sent).pos, [1, 4]);
  assert.deepEqual(own(conversation), ["hello: sent"]);
});

test("a reply that comes before the event shows the message once, at its place", async (t) => {
  const { line, conversation } = await reading(t);
  const { mid, sent } = conversation.send("text", { text: "hello" });
  line.answer(await line.heard("send"), { pos: [1, 5], ts: 7 });
  await sent;
  line.say(message([1, 4], "m4"), message([1, 5], mid, { from: ME, body: { text: "hello" } }));
  await line.settled();
  assert.deepEqual(
    conversation.messages.map((m) => m.body["text"]),
    ["m1", "m2", "m3", "m4", "hello"],
  );
});

test("after a drop the same mid goes out again with the same since, whatever was read in between", async (t) => {
  const staged = await reading(t);
  const { mid } = staged.conversation.send("text", { text: "hello" });
  await staged.line.heard("send");
  staged.line.say(message([1, 4], "m4"));
  await staged.line.settled();
  staged.line.cut();
  const line = await again(staged, RESUMED);
  const send = await line.heard("send");
  assert.deepEqual([send["mid"], send["since"]], [mid, [1, 3]]);
});

test("a message outlives a reload of the page: the same mid, the same since", async (t) => {
  const staged = await reading(t);
  const { mid } = staged.conversation.send("text", { text: "hello" });
  await staged.line.heard("send");
  staged.client.stop();
  const client = staged.reload();
  await client.start();
  assert.deepEqual(own(client.conversation(C)), ["hello: sending"]);
  const line = await staged.desk.line(2);
  await line.welcome();
  const send = await line.heard("send");
  assert.deepEqual([send["mid"], send["since"], send["body"]], [mid, [1, 3], { text: "hello" }]);
});

test("a message that was confirmed is gone from storage", async (t) => {
  const staged = await reading(t);
  const { sent } = staged.conversation.send("text", { text: "hello" });
  staged.line.answer(await staged.line.heard("send"), { pos: [1, 4], ts: 7 });
  await sent;
  await staged.line.settled();
  staged.client.stop();
  const client = staged.reload();
  await client.start();
  const line = await staged.desk.line(2);
  await line.welcome();
  assert.deepEqual(await sends(line), []);
});

test("what is written without a connection leaves in its order when there is one", async (t) => {
  const staged = await reading(t);
  staged.line.cut();
  await reached(staged.client, "waiting");
  staged.conversation.send("text", { text: "one" });
  staged.conversation.send("text", { text: "two" });
  const line = await again(staged, RESUMED);
  const one = await line.heard("send");
  assert.deepEqual(one["body"], { text: "one" });
  line.answer(one, { pos: [1, 4], ts: 7 });
  assert.deepEqual((await line.heard("send"))["body"], { text: "two" });
});

for (const code of ["pending", "unavailable", "busy", "too_many_in_flight"] as const) {
  test(`a message answered with ${code} is sent again under its mid until it is confirmed`, async (t) => {
    const { clock, line, conversation } = await reading(t);
    const { mid, sent } = conversation.send("text", { text: "hello" });
    for (let tries = 0; tries < 3; tries++) {
      line.refuse(await line.heard("send"), code);
      await line.settled();
      assert.deepEqual(own(conversation), ["hello: sending"]);
      await clock.advance(500 * 2 ** tries);
    }
    const send = await line.heard("send");
    assert.equal(send["mid"], mid);
    line.answer(send, { pos: [1, 4], ts: 7, dup: true });
    assert.deepEqual((await sent).pos, [1, 4]);
  });
}

test("a message that is rate limited waits as long as the server says", async (t) => {
  const { clock, line, conversation } = await reading(t);
  conversation.send("text", { text: "hello" });
  line.refuse(await line.heard("send"), "rate_limited", { retry_after_ms: 800 });
  await line.settled();
  await clock.advance(799);
  assert.deepEqual(await sends(line), []);
  await clock.advance(1);
  await line.heard("send");
});

test("the next message waits for the place of the one before it, not for its confirmation", async (t) => {
  const { line, conversation } = await reading(t);
  const { mid } = conversation.send("text", { text: "one" });
  conversation.send("text", { text: "two" });
  await line.heard("send");
  assert.deepEqual(await sends(line), []);
  line.say(message([1, 4], mid, { from: ME }));
  assert.deepEqual((await line.heard("send"))["body"], { text: "two" });
});

test("a message that is pending has its place, one that met a busy server has none: only then the next one waits", async (t) => {
  const { line, conversation } = await reading(t);
  for (const text of ["one", "two", "three"]) conversation.send("text", { text });
  line.refuse(await line.heard("send"), "pending", { retry_after_ms: 60_000 });
  line.refuse(await line.heard("send"), "busy", { retry_after_ms: 60_000 });
  assert.deepEqual(await sends(line), []);
});

test("a conversation whose server is slow keeps no other one back", async (t) => {
  const { client, line, conversation } = await reading(t);
  conversation.send("text", { text: "one" });
  await line.heard("send");
  const { sent } = client.conversation("c2").send("text", { text: "other" });
  const other = await line.heard("send");
  assert.equal(other["c"], "c2");
  line.answer(other, { pos: [9, 1], ts: 7 });
  await sent;
  assert.deepEqual(own(conversation), ["one: sending"]);
});

test("a message that breaks the connection twice in a row is given back to its user, and the next one goes out", async (t) => {
  const staged = await reading(t);
  const { mid, sent } = staged.conversation.send("text", { text: "poison" });
  staged.conversation.send("text", { text: "next" });
  await staged.line.heard("send");
  staged.line.cut();
  const second = await again(staged, RESUMED);
  await second.heard("send");
  second.cut();
  await assert.rejects(sent, { code: "undeliverable" });
  const third = await again(staged, RESUMED);
  assert.deepEqual(own(staged.conversation), ["poison: failed", "next: sending"]);
  assert.deepEqual((await third.heard("send"))["body"], { text: "next" });
  staged.conversation.discard("no such message");
  const retried = staged.conversation.retry(mid);
  retried.catch(() => undefined);
  assert.deepEqual(own(staged.conversation), ["next: sending", "poison: sending"]);
});

test("a broken connection between two that ended otherwise is no reason to give a message back", async (t) => {
  const staged = await reading(t);
  staged.conversation.send("text", { text: "hello" });
  await staged.line.heard("send");
  staged.line.cut();
  const second = await again(staged, RESUMED);
  await second.heard("send");
  second.close(4000);
  const third = await again(staged, RESUMED);
  await third.heard("send");
  third.cut();
  const fourth = await again(staged, RESUMED);
  await fourth.heard("send");
});

test("a message that was seen in its conversation is not blamed for a broken connection", async (t) => {
  const staged = await reading(t);
  const { mid } = staged.conversation.send("text", { text: "hello" });
  let line = staged.line;
  for (let drops = 0; drops < 3; drops++) {
    await line.heard("send");
    line.say(message([drops + 1, 4], mid, { from: ME }));
    await line.settled();
    line.cut();
    line = await again(staged, RESUMED);
  }
  await line.heard("send");
});

/** One whose message was given back by a close of the 42xx range, and who came again. */
async function givenBack(t: TestContext): Promise<{ readonly line: Line; readonly conversation: Conversation; readonly mid: string }> {
  const { client, desk, line, conversation } = await reading(t);
  const { mid, sent } = conversation.send("text", { text: "hello" });
  await line.heard("send");
  line.close(4200);
  await assert.rejects(sent, { code: "undeliverable" });
  await client.start();
  const next = await desk.line(2);
  await next.welcome(RESUMED);
  return { line: next, conversation, mid };
}

test("a close of the 42xx range gives the unanswered message back at once", async (t) => {
  const { line, conversation } = await givenBack(t);
  assert.deepEqual(own(conversation), ["hello: failed"]);
  assert.deepEqual(await sends(line), []);
});

test("a message that was given back and is then seen after all is sent for its confirmation", async (t) => {
  const { line, conversation, mid } = await givenBack(t);
  line.say(message([1, 4], mid, { from: ME, body: { text: "hello" } }));
  const send = await line.heard("send");
  assert.equal(send["mid"], mid);
  line.answer(send, { pos: [1, 4], ts: 7, dup: true });
  await line.settled();
  assert.deepEqual(own(conversation), ["hello: sent"]);
});

test("a refused message is failed, and is tried again under another mid", async (t) => {
  const { line, conversation } = await reading(t);
  const { mid, sent } = conversation.send("text", { text: "hello" });
  line.refuse(await line.heard("send"), "closed");
  await assert.rejects(sent, { code: "closed" });
  assert.deepEqual(own(conversation), ["hello: failed"]);
  conversation.retry(mid).catch(() => undefined);
  const send = await line.heard("send");
  assert.notEqual(send["mid"], mid);
  assert.deepEqual([send["body"], send["since"]], [{ text: "hello" }, [1, 3]]);
});

test("an undeliverable message is tried again under its own mid", async (t) => {
  const { line, conversation, mid } = await givenBack(t);
  conversation.retry(mid).catch(() => undefined);
  assert.equal((await line.heard("send"))["mid"], mid);
});

test("a failed message is still failed after a reload, until it is discarded", async (t) => {
  const staged = await reading(t);
  const { mid, sent } = staged.conversation.send("text", { text: "hello" });
  staged.line.refuse(await staged.line.heard("send"), "closed");
  await assert.rejects(sent);
  await staged.line.settled();
  staged.client.stop();
  const reloaded = staged.reload();
  await reloaded.start();
  const line = await staged.desk.line(2);
  await line.welcome();
  assert.deepEqual(own(reloaded.conversation(C)), ["hello: failed"]);
  reloaded.conversation(C).discard(mid);
  assert.deepEqual(await sends(line), []);
  reloaded.stop();
  const discarded = staged.reload();
  await discarded.start();
  assert.deepEqual(own(discarded.conversation(C)), []);
});

test("what another user left in the same storage is neither shown nor sent", async (t) => {
  const staged = await reading(t);
  staged.conversation.send("text", { text: "private" });
  await staged.line.heard("send");
  staged.client.stop();
  const client = staged.reload();
  await client.start();
  const line = await staged.desk.line(2);
  await line.welcome({ user: { id: "u2", role: "visitor", name: "Otto" } });
  assert.deepEqual(await sends(line), []);
  assert.deepEqual(client.conversation(C).messages, []);
});

test("two pages over one storage keep each other's messages", async (t) => {
  const staged = await reading(t);
  const other = staged.reload();
  staged.conversation.send("text", { text: "one" });
  await staged.line.heard("send");
  other.conversation(C).send("text", { text: "two" });
  await staged.line.settled();
  staged.client.stop();
  const third = staged.reload();
  await third.start();
  assert.deepEqual(own(third.conversation(C)), ["one: sending", "two: sending"]);
});

test("a storage that refuses costs the reload, not the message", async (t) => {
  const full: Storage = { ...memoryStorage(), set: () => Promise.reject(new Error("quota")) };
  const { line, conversation, errors } = await reading(t, { storage: full });
  const { sent } = conversation.send("text", { text: "hello" });
  line.answer(await line.heard("send"), { pos: [1, 4], ts: 7 });
  await sent;
  assert.match(errors[0]?.message ?? "", /quota/);
});

test("a body over the server's limit is refused before it is sent", async (t) => {
  const staged = await connected(t, {}, { limits: { in_flight: 32, text_bytes: 20 } });
  const { sent } = staged.client.conversation(C).send("text", { text: "你好你好" });
  await assert.rejects(sent, { code: "too_large" });
  assert.deepEqual(await sends(staged.line), []);
});

test("a recall withdraws the message from view and is no message itself", async (t) => {
  const { line, conversation } = await reading(t);
  line.say(message([1, 4], "mine", { from: ME }), message([1, 5], "r", { from: ME, kind: "recall", body: { mid: "mine" } }));
  await line.settled();
  const last = conversation.messages.at(-1);
  assert.deepEqual([last?.mid, last?.recalled], ["mine", true]);
});
