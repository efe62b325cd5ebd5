import assert from "node:assert/strict";
import { readMessage } from "../../../proto/frames.js";
import type { Party } from "../../../proto/message.js";
import { conversationEpoch } from "../../../proto/position.js";
import { ADA, as, BOT, Chat, held, LIN, SUN, SYSTEM, TENANT, VISITOR } from "./chat.js";
import { type BrokerSuite, LIMITS } from "./suite.js";

export const appendSuite: BrokerSuite = ({ test, factory }) => {
  test("entries take positions 1, 2, 3 … of one life in the order of their appends", async (t) => {
    const { broker } = await factory(t, LIMITS);
    const chat = await Chat.begun(broker);
    const entries = await chat.sayAll(3);
    assert.deepEqual(
      entries.map(({ pos }) => pos),
      [2, 3, 4].map((n) => [conversationEpoch(1, 1), n]),
    );
  });

  test("appends of two nodes at once share the positions without a hole and without two at one place", async (t) => {
    const { broker, elsewhere } = await factory(t, { ...LIMITS, unsettled: 100 });
    const chat = await Chat.begun(broker);
    const there = chat.through(elsewhere);
    const both = Array.from({ length: 20 }, (_, i) => [chat.said(`a${i}`, { node: "n1" }), there.said(`b${i}`, { node: "n2" })]);
    const places = (await Promise.all(both.flat())).map(({ pos }) => pos[1]);
    assert.deepEqual(
      places.sort((a, b) => a - b),
      Array.from({ length: 40 }, (_, i) => i + 2),
    );
  });

  test("the frame is one message event: the place and time in front of what the sender said", async (t) => {
    const { broker } = await factory(t, LIMITS);
    const chat = await Chat.begun(broker);
    const entry = await chat.said("m1", { text: '好 "quoted" \u2028' });
    const { ts } = entry;
    assert.deepEqual(readMessage(entry.frame), {
      ...{ ev: "message", c: "c_1", pos: entry.pos, ts, mid: "m1" },
      ...{ from: VISITOR, kind: "text", body: { text: '好 "quoted" \u2028' } },
    });
    assert.deepEqual(entry, {
      ...{ tenant: TENANT, c: "c_1", pos: entry.pos, ts, from: VISITOR.id, mid: "m1", kind: "text", audience: "all" },
      frame: entry.frame,
    });
  });

  test("what the window, a duplicate and the unsettled list hold is the entry the append answered, to the letter", async (t) => {
    const { broker } = await factory(t, LIMITS);
    const chat = await Chat.begun(broker);
    const said = await chat.said("m\ud83d", { text: "emoji cut in half: \ud83d", from: VISITOR });
    const { page } = as(await broker.window(chat.E, chat.c, { limit: 1 }), "window");
    const again = as(await chat.say("m\ud83d", { text: "emoji cut in half: \ud83d" }), "duplicate");
    assert.deepEqual([page.entries, [again.entry], [(await chat.unsettled()).at(-1)?.entry]], [[said], [said], [said]]);
  });

  test("conversations count for themselves, also in one bucket", async (t) => {
    const { broker } = await factory(t, LIMITS);
    const one = await Chat.begun(broker, { c: "c_1" });
    const two = await Chat.begun(broker, { c: "c_1 " });
    await one.sayAll(2);
    assert.equal((await two.said("m1")).pos[1], 2);
  });

  test("positions stay exact under a storage epoch of nine digits", async (t) => {
    const { broker } = await factory(t, LIMITS);
    const chat = await Chat.begun(broker, { E: 400_000_001 });
    const { pos } = await chat.said("m1");
    assert.deepEqual(pos, [400_000_001 * 2 ** 24 + 1, 2]);
    assert.deepEqual((await chat.life()).head, pos);
    assert.deepEqual(await chat.window({ after: [pos[0], 1], limit: 5 }), { mids: ["m1"], more: false, gap: false });
  });

  test("an append to a conversation without a life is cold and brings none about", async (t) => {
    const { broker } = await factory(t, LIMITS);
    const chat = new Chat(broker);
    await broker.install(1);
    assert.deepEqual(await chat.say("m1"), { at: "cold" });
    assert.deepEqual(await chat.route(held(2, ADA)), { at: "cold" });
    assert.deepEqual(await broker.life(1, chat.c), { at: "cold" });
  });

  test("another tenant's append is not_found, whatever it wants, and leaves nothing behind", async (t) => {
    const { broker } = await factory(t, LIMITS);
    const chat = await Chat.begun(broker);
    await chat.said("m1");
    const foreign = { tenant: "rival" };
    const answers = [chat.say("m1", foreign), chat.say("m2", foreign), chat.route(held(2, ADA), foreign), chat.barrier(foreign)];
    for (const answer of await Promise.all(answers)) assert.deepEqual(answer, { at: "refused", code: "not_found" });
    assert.deepEqual(await chat.mids(), ["begin", "m1"]);
  });

  test("another visitor's append is not_found and leaves nothing behind", async (t) => {
    const { broker } = await factory(t, LIMITS);
    const chat = await Chat.begun(broker);
    assert.deepEqual(await chat.say("m1", { from: { ...VISITOR, id: "v_2" } }), { at: "refused", code: "not_found" });
    assert.deepEqual(await chat.mids(), ["begin"]);
  });

  test("a visitor whom its site named writes under both names, and an agent who is a member under neither", async (t) => {
    const { broker } = await factory(t, LIMITS);
    const chat = await Chat.begun(broker);
    const vera: Party = { id: "customer-42", role: "visitor", name: "Vera" };
    await chat.route({ ...held(2, ADA), visitor: vera, members: [VISITOR, LIN, ADA, vera] });
    await chat.said("m1", { from: vera });
    await chat.said("m2", { from: VISITOR });
    for (const id of ["lin", "ada", "v_2"])
      assert.deepEqual(await chat.say(`as ${id}`, { from: { ...VISITOR, id } }), { at: "refused", code: "not_found" });
    assert.deepEqual(await chat.mids(), ["begin", "v2", "m1", "m2"]);
  });

  test("visitor, assignee, supervisor and system may write; other agents and bots may not", async (t) => {
    const { broker } = await factory(t, LIMITS);
    const chat = await Chat.begun(broker);
    await chat.route(held(2, ADA));
    for (const from of [VISITOR, ADA, SUN, SYSTEM]) await chat.said(`by ${from.id}`, { from });
    for (const from of [LIN, BOT]) {
      assert.deepEqual(await chat.say(`by ${from.id}`, { from }), { at: "refused", code: "not_assigned" });
    }
    assert.deepEqual(await chat.mids(), ["begin", "v2", "by v_1", "by ada", "by sun", "by deskwire"]);
  });

  test("an agent who does not hold the conversation posts a note where its reader's right is vouched for, and nothing else", async (t) => {
    const { broker } = await factory(t, LIMITS);
    const chat = await Chat.begun(broker);
    await chat.said("n1", { from: LIN, kind: "note", reader: true });
    assert.deepEqual(await chat.say("n2", { from: LIN, kind: "note" }), { at: "refused", code: "not_assigned" });
    assert.deepEqual(await chat.say("n3", { from: LIN, kind: "note", reader: false }), { at: "refused", code: "not_assigned" });
    assert.deepEqual(await chat.say("t1", { from: LIN, reader: true }), { at: "refused", code: "not_assigned" });
  });

  test("a closed conversation refuses everyone but Deskwire itself with closed", async (t) => {
    const { broker } = await factory(t, LIMITS);
    const chat = await Chat.begun(broker);
    await chat.route(held(2, ADA, "closed"));
    for (const from of [VISITOR, ADA, SUN, BOT]) {
      assert.deepEqual(await chat.say(`by ${from.id}`, { from }), { at: "refused", code: "closed" });
    }
    await chat.said("rated", { from: SYSTEM, kind: "system" });
  });

  test("with its fill of unsettled entries a conversation is busy for senders, not for the router, until some are settled", async (t) => {
    const { broker } = await factory(t, { ...LIMITS, unsettled: 3 });
    const chat = await Chat.begun(broker);
    const [first] = await chat.sayAll(2);
    assert.deepEqual(await chat.say("m3"), { at: "refused", code: "busy" });
    as(await chat.route(held(2, ADA)), "appended");
    await chat.settle(...(await chat.unsettled()).slice(0, 2).map(({ entry }) => entry.pos));
    assert.equal(
      (await chat.unsettled()).some(({ entry }) => entry.mid === first?.mid),
      false,
    );
    await chat.said("m3");
  });
};
