import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { again, reached, reading as read } from "../../test/support/client-stage.js";
import { ADA, C, ME, message } from "../../test/support/scripted-desk.js";

const ada = { ...ADA, online: true };
const me = { ...ME, online: true };
const three = [1, 2, 3].map((n) => message([1, n], `m${n}`));

async function reading(t: TestContext, members: readonly object[] = [ada, me]) {
  const staged = await read(t, three, { members });
  const member = (id: string) => staged.conversation.members.find((each) => each.id === id);
  return { ...staged, member };
}

test("what was received is marked half a second later, in one frame for many messages", async (t) => {
  const { clock, line } = await reading(t);
  line.say(message([1, 4], "m4"), message([1, 5], "m5"));
  await line.settled();
  await clock.advance(499);
  assert.deepEqual(await line.left(), []);
  await clock.advance(1);
  const { got, read } = await line.heard("mark");
  assert.deepEqual([got, read], [[1, 5], undefined]);
  assert.deepEqual(await line.left(), []);
});

test("reading marks what is there as read, once", async (t) => {
  const { clock, line, conversation } = await reading(t);
  assert.equal(conversation.unread, 3);
  conversation.read();
  conversation.read();
  assert.equal(conversation.unread, 0);
  await clock.advance(500);
  const { got, read } = await line.heard("mark");
  assert.deepEqual(
    [got, read],
    [
      [1, 3],
      [1, 3],
    ],
  );
  conversation.read();
  await clock.advance(5_000);
  assert.deepEqual(await line.left(), []);
});

test("nothing is marked as received while something is missing, and all of it once that was read", async (t) => {
  const { clock, line } = await reading(t);
  await clock.advance(500);
  await line.heard("mark");
  line.say(message([1, 6], "m6"));
  const asked = await line.heard("history");
  await clock.advance(500);
  assert.deepEqual(await line.left(), []);
  line.answer(asked, { messages: [message([1, 4], "m4"), message([1, 5], "m5"), message([1, 6], "m6")], more: false });
  await line.settled();
  await clock.advance(500);
  assert.deepEqual((await line.heard("mark"))["got"], [1, 6]);
});

test("marks are said again after a reconnect, resumed or opened anew", async (t) => {
  const staged = await reading(t);
  staged.conversation.read();
  await staged.clock.advance(500);
  staged.line.cut();
  const second = await again(staged, { resumed: { [C]: { head: [1, 3] } } });
  await staged.clock.advance(500);
  assert.deepEqual((await second.heard("mark"))["read"], [1, 3]);
  second.cut();
  const third = await again(staged, { resumed: { [C]: { error: { code: "unavailable", message: "", retry: true } } } });
  await third.show(three, { members: [ada, me] });
  await third.settled();
  await staged.clock.advance(500);
  assert.deepEqual((await third.heard("mark"))["read"], [1, 3]);
});

test("marks of members only move forward, also when the conversation is opened anew", async (t) => {
  const { client, line, conversation, member } = await reading(t);
  line.say({ ev: "mark", c: C, user: ADA.id, got: [1, 3], read: [1, 2] });
  line.say({ ev: "mark", c: C, user: ADA.id, got: [1, 2], read: [1, 1] });
  await line.settled();
  assert.deepEqual(
    [member(ADA.id)?.got, member(ADA.id)?.read],
    [
      [1, 3],
      [1, 2],
    ],
  );
  conversation.read();
  const opening = client.open(C);
  await line.show(three, { members: [{ ...ada, online: false, got: [1, 1] }, me] });
  await opening;
  assert.deepEqual(member(ADA.id), { ...ada, online: false, got: [1, 3], read: [1, 2] });
  assert.equal(conversation.unread, 0);
});

test("who types is seen until a message, an absence, six seconds or the end of the connection", async (t) => {
  const { client, clock, line, conversation } = await reading(t);
  const typing = { ev: "typing", c: C, user: ADA.id, text: "hel" };
  const seen = async () => {
    line.say(typing);
    await line.settled();
    assert.deepEqual([...conversation.typing], [[ADA.id, "hel"]]);
  };
  await seen();
  line.say(message([1, 4], "hello"));
  await line.settled();
  assert.equal(conversation.typing.size, 0);
  await seen();
  line.say({ ev: "presence", c: C, user: ADA.id, online: false });
  await line.settled();
  assert.equal(conversation.typing.size, 0);
  await seen();
  await clock.advance(6_000);
  assert.equal(conversation.typing.size, 0);
  await seen();
  line.cut();
  await reached(client, "waiting");
  assert.equal(conversation.typing.size, 0);
});

test("presence is what the server says, and somebody who speaks becomes a member", async (t) => {
  const { line, member } = await reading(t, [ada]);
  line.say({ ev: "presence", c: C, user: ADA.id, online: false });
  line.say(message([1, 4], "m4", { from: { id: "a2", role: "agent", name: "Lin" } }));
  await line.settled();
  assert.deepEqual([member(ADA.id)?.online, member("a2")?.name], [false, "Lin"]);
});

test("a preview longer than the protocol takes is cut, not refused", async (t) => {
  const { line, conversation } = await reading(t);
  conversation.type("x".repeat(5_000));
  assert.equal((await line.heard("typing"))["text"].length, 1_000);
});

test("the place in the queue is what the last event says, until somebody has the conversation", async (t) => {
  const { line, conversation } = await reading(t);
  line.say({ ev: "queue", c: C, position: 3, eta_ms: 42_000 });
  await line.settled();
  assert.deepEqual(conversation.queue, { position: 3, eta_ms: 42_000 });
  line.say(message([1, 4], "r", { kind: "routing", body: { event: "assigned", state: "active", assignee: ADA.id, version: 2 } }));
  await line.settled();
  assert.equal(conversation.queue, undefined);
});
