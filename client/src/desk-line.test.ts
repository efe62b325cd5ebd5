import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { again, connected } from "../../test/support/client-stage.js";
import { ADA, C, type Line, message } from "../../test/support/scripted-desk.js";

const visitor = { id: "v1", name: "Vera" };
const offer = { c: C, offer: "o1", expires_ms: 20_000, visitor, ask: {}, waited_ms: 1_200 };
const held = { c: C, state: "active", head: [1, 3], visitor, ask: {}, assigned_at: 1, unread: 1, waiting_ms: 5 };
const inbox = { status: "online", capacity: 5, load: 0, conversations: [], offers: [] };

/** Ada at her desk. */
async function atDesk(t: TestContext, first: object = {}) {
  const staged = await connected(t, {}, { user: ADA });
  staged.line.answer(await staged.line.heard("inbox"), { ...inbox, ...first });
  await staged.line.settled();
  return { ...staged, at: staged.client.desk };
}

const offers = (desk: { readonly offers: readonly { readonly offer: string }[] }) => desk.offers.map((each) => each.offer);

/** Answers the readings of the inbox that an event or a reply has set in motion. */
async function read(line: Line, answer: object): Promise<void> {
  await line.settled();
  for (const _ of (await line.left()).filter((op) => op === "inbox")) line.answer(await line.heard("inbox"), { ...inbox, ...answer });
  await line.settled();
}

test("an offer is shown with the time at which it runs out, until the server ends it", async (t) => {
  const { clock, line, at } = await atDesk(t);
  line.say({ ev: "offer", ...offer });
  await line.settled();
  assert.deepEqual(offers(at), ["o1"]);
  assert.equal(at.offers[0]?.expires_at, clock.monotonic() + 20_000);
  line.say({ ev: "offer_end", c: C, offer: "o1", reason: "timeout" });
  line.say({ ev: "status", status: "away", reason: "missed_offer" });
  await line.settled();
  assert.deepEqual(offers(at), []);
  assert.deepEqual([at.current?.status, at.reason], ["away", "missed_offer"]);
});

test("an accepted conversation is attached before anything that follows it is read", async (t) => {
  const { line, at } = await atDesk(t);
  line.say({ ev: "offer", ...offer });
  await line.settled();
  const accepting = at.accept(offer);
  const accept = await line.heard("accept");
  assert.equal(accept["offer"], "o1");
  const page = { c: C, state: "active", head: [1, 1], messages: [message([1, 1], "hello")], complete: true, members: [] };
  line.answer(accept, page);
  line.say(message([1, 2], "anybody?"));
  const conversation = await accepting;
  await read(line, { conversations: [held], load: 1 });
  assert.deepEqual(
    conversation.messages.map((m) => m.mid),
    ["hello", "anybody?"],
  );
  assert.deepEqual([offers(at), at.held.map((each) => each.c), at.current?.load], [[], [C], 1]);
});

test("what an agent accepts on one device is held on the other one, which may accept it too", async (t) => {
  const { line, client, at } = await atDesk(t);
  line.say({ ev: "offer", ...offer });
  line.say({ ev: "offer_end", c: C, offer: "o1", reason: "accepted" }, { ev: "assigned", c: C, reason: "accepted", version: 3 });
  await read(line, { conversations: [held], load: 1 });
  assert.deepEqual([offers(at), at.held.map((each) => each.c)], [[], [C]]);
  const accepting = at.accept(offer);
  await line.show([message([1, 1], "hello")], { op: "accept", state: "active" });
  assert.equal(await accepting, client.conversation(C));
  assert.equal(client.conversation(C).attached, true);
});

test("after a reconnect the inbox tells what is held, offered and which status holds; nothing is declared unasked", async (t) => {
  const staged = await atDesk(t, { offers: [offer] });
  assert.deepEqual(offers(staged.at), ["o1"]);
  staged.line.cut();
  const line = await again(staged, { user: ADA });
  assert.deepEqual(offers(staged.at), []);
  line.say({ ev: "offer", ...offer, offer: "o2" });
  line.answer(await line.heard("inbox"), { ...inbox, status: "away", conversations: [held], load: 1, offers: [{ ...offer, offer: "o2" }] });
  await read(line, { status: "away", conversations: [held], load: 1, offers: [{ ...offer, offer: "o2" }] });
  assert.deepEqual([offers(staged.at), staged.at.held.map((each) => each.c)], [["o2"], [C]]);
  assert.deepEqual(staged.at.current, { status: "away", capacity: 5, load: 1 });
  assert.deepEqual(await line.left(), []);
});

test("a released conversation is no longer held and no longer live, and sending there is refused", async (t) => {
  const { line, at, client } = await atDesk(t, { conversations: [held] });
  const opening = client.open(C);
  await line.show([message([1, 3], "m3")], { state: "active" });
  const conversation = await opening;
  line.say({ ev: "released", c: C, reason: "transferred", version: 4 });
  await read(line, {});
  assert.deepEqual([at.held, conversation.attached], [[], false]);
  const { sent } = conversation.send("text", { text: "one more thing" });
  line.refuse(await line.heard("send"), "not_assigned");
  await assert.rejects(sent, { code: "not_assigned" });
});

test("a watched queue is watched again after a reconnect and read on every change", async (t) => {
  const staged = await atDesk(t);
  staged.at.readQueue(true).catch(() => undefined);
  assert.equal((await staged.line.heard("queue"))["watch"], true);
  staged.line.cut();
  const line = await again(staged, { user: ADA });
  const queue = await line.heard("queue");
  assert.equal(queue["watch"], true);
  line.answer(queue, { topics: [] });
  line.say({ ev: "queue_changed" });
  line.answer(await line.heard("queue"), { topics: [{ topic: "support", waiting: 2 }] });
  await line.settled();
  assert.deepEqual(staged.at.queue?.topics, [{ topic: "support", waiting: 2 }]);
});

test("an older answer about the queue does not undo a later one", async (t) => {
  const { line, at } = await atDesk(t);
  line.say({ ev: "queue_changed" }, { ev: "queue_changed" });
  const first = await line.heard("queue");
  line.answer(await line.heard("queue"), { topics: [{ topic: "support", waiting: 2 }] });
  line.answer(first, { topics: [{ topic: "support", waiting: 1 }] });
  await line.settled();
  assert.deepEqual(at.queue?.topics, [{ topic: "support", waiting: 2 }]);
});

test("a visitor's client asks for no inbox", async (t) => {
  const { line } = await connected(t);
  assert.deepEqual(await line.left(), []);
});
