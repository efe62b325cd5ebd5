import assert from "node:assert/strict";
import { until } from "../../support/until.js";
import { ADA, as, Chat, Ear, held, LIN, SUN, VISITOR } from "./chat.js";
import { type BrokerSuite, LIMITS } from "./suite.js";

/** The same (sender, mid) is one message. */
export const onceSuite: BrokerSuite = ({ test, factory }) => {
  test("the same mid with the same content gets the same place, from any node, and is not published again", async (t) => {
    const { broker, elsewhere } = await factory(t, LIMITS);
    const chat = await Chat.begun(broker);
    const ear = await Ear.at(broker, "n1");
    await chat.attach("n1");
    const first = await chat.said("m1");
    const again = as(await chat.through(elsewhere).say("m1", { node: "n2", since: [9, 9] }), "duplicate");
    assert.deepEqual(again.entry, first);
    await chat.said("m2");
    await until("the next entry", () => ear.mids.includes("m2"));
    assert.deepEqual(ear.mids, ["m1", "m2"]);
  });

  test("a mid said by two nodes at once takes one place", async (t) => {
    const { broker, elsewhere } = await factory(t, LIMITS);
    const chat = await Chat.begun(broker);
    const answers = await Promise.all([chat.say("m1", { node: "n1" }), chat.through(elsewhere).say("m1", { node: "n2" })]);
    assert.deepEqual(answers.map(({ at }) => at).sort(), ["appended", "duplicate"]);
    assert.deepEqual(await chat.mids(), ["begin", "m1"]);
  });

  test("the same mid with other content is refused as conflict and changes nothing", async (t) => {
    const { broker } = await factory(t, LIMITS);
    const chat = await Chat.begun(broker);
    const first = await chat.said("m1", { text: "one" });
    assert.deepEqual(await chat.say("m1", { text: "two" }), { at: "refused", code: "conflict" });
    assert.deepEqual(as(await chat.say("m1", { text: "one" }), "duplicate").entry, first);
    assert.deepEqual(await chat.mids(), ["begin", "m1"]);
  });

  test("the same mid of another sender, or in another conversation, is another message", async (t) => {
    const { broker } = await factory(t, LIMITS);
    const chat = await Chat.begun(broker);
    const other = await Chat.begun(broker, { c: "c_2" });
    await chat.said("m1");
    await chat.said("m1", { from: SUN, text: "mine" });
    await other.said("m1", { text: "elsewhere" });
    assert.deepEqual(await chat.mids(), ["begin", "m1", "m1"]);
  });

  test("ids that run into each other when joined stay apart", async (t) => {
    const { broker } = await factory(t, { ...LIMITS, unsettled: 100 });
    const chat = await Chat.begun(broker);
    for (const separator of [" ", ":", "\u0000", "\u0001", "-", "{", "}"]) {
      await chat.said(`b${separator}m`, { from: { ...SUN, id: "a" } });
      await chat.said("m", { from: { ...SUN, id: `a${separator}b` } });
    }
  });

  test("a duplicate says whether the journal has the first one", async (t) => {
    const { broker } = await factory(t, LIMITS);
    const chat = await Chat.begun(broker);
    const first = await chat.said("m1");
    assert.equal(as(await chat.say("m1"), "duplicate").settled, false);
    await chat.settle(first.pos);
    assert.equal(as(await chat.say("m1"), "duplicate").settled, true);
  });

  test("a duplicate is answered before every other check: too full, too old, no longer assigned, closed", async (t) => {
    const { broker } = await factory(t, { ...LIMITS, entries: 4, unsettled: 4 });
    const chat = await Chat.begun(broker);
    await chat.route(held(2, ADA));
    await chat.settleAll();
    const first = await chat.said("m1", { from: ADA, since: (await chat.life()).head });
    await chat.route(held(3, LIN));
    await chat.route(held(4, LIN, "closed"));
    for (const since of [[0, 0], [7, 7], first.pos] as const) {
      assert.deepEqual(as(await chat.say("m1", { from: ADA, since }), "duplicate").entry, first);
    }
  });

  test("a former assignee's refused mid stays refused when the conversation comes back to it", async (t) => {
    const { broker } = await factory(t, LIMITS);
    const chat = await Chat.begun(broker);
    await chat.route(held(2, LIN));
    assert.deepEqual(await chat.say("m1", { from: ADA }), { at: "refused", code: "not_assigned" });
    await chat.route(held(3, ADA));
    assert.deepEqual(await chat.say("m1", { from: ADA }), { at: "refused", code: "not_assigned" });
    await chat.said("m2", { from: ADA });
  });

  test("a mid refused as closed stays refused when the conversation is reopened", async (t) => {
    const { broker } = await factory(t, LIMITS);
    const chat = await Chat.begun(broker);
    await chat.route(held(2, undefined, "closed"));
    assert.deepEqual(await chat.say("m1"), { at: "refused", code: "closed" });
    await chat.route(held(3));
    assert.deepEqual(await chat.say("m1"), { at: "refused", code: "closed" });
    await chat.said("m2");
  });

  test("what was refused as busy or not_found may be said later", async (t) => {
    const { broker } = await factory(t, { ...LIMITS, unsettled: 1 });
    const chat = await Chat.begun(broker);
    assert.deepEqual(await chat.say("m1"), { at: "refused", code: "busy" });
    await chat.settleAll();
    await chat.said("m1");
  });
};

/** What the window cannot prove to be new is looked up first. */
export const lookupSuite: BrokerSuite = ({ test, factory }) => {
  test("in a conversation's first life nothing came before, so every mid is known to be new until the window drops an entry", async (t) => {
    const { broker } = await factory(t, { ...LIMITS, entries: 3 });
    const chat = await Chat.begun(broker);
    await chat.sayAll(2, { since: [0, 0] });
    await chat.settleAll();
    await chat.said("m3", { since: [0, 0] });
    as(await chat.say("m4", { since: [0, 0] }), "lookup");
  });

  test("a sender who read less than the window reaches back gets lookup, and its mid takes no place", async (t) => {
    const { broker } = await factory(t, { ...LIMITS, entries: 3 });
    const chat = await Chat.begun(broker);
    await chat.sayAll(4);
    await chat.settleAll();
    const { epoch, head, first } = await chat.life();
    assert.deepEqual(await chat.say("m5", { since: [epoch, first[1] - 2] }), { at: "lookup", life: epoch, base: head });
    assert.deepEqual(await chat.mids(), ["m2", "m3", "m4"]);
    assert.equal((await chat.said("m5", { since: [epoch, first[1] - 1] })).pos[1], head[1] + 1);
  });

  test("base lies right below the lowest unsettled entry, and an append with it is proven", async (t) => {
    const { broker } = await factory(t, { ...LIMITS, entries: 3 });
    const chat = await Chat.begun(broker);
    await chat.sayAll(4);
    await chat.settleAll();
    const open = await chat.said("m5", { since: (await chat.life()).head });
    const settled = await chat.said("m6", { since: (await chat.life()).head });
    await chat.settle(settled.pos);
    const { base } = as(await chat.say("m7", { since: [0, 0] }), "lookup");
    assert.deepEqual(base, [open.pos[0], open.pos[1] - 1]);
    await chat.said("m7", { since: base });
  });

  test("a sender who read in another life gets lookup, however far it had read", async (t) => {
    const { broker } = await factory(t, LIMITS);
    const chat = new Chat(broker, { E: 2 });
    await broker.install(2);
    await chat.barrier();
    await chat.assert(held(5, ADA));
    const { epoch, head } = await chat.life();
    for (const since of [
      [0, 0],
      [epoch - 1, 40],
      [epoch + 1, 1],
    ] as const) {
      assert.deepEqual(await chat.say("m1", { since }), { at: "lookup", life: epoch, base: [epoch, 0] });
    }
    await chat.said("m1", { since: head });
  });

  test("a mid leaves with its entry: what the window no longer holds is looked up, never taken for new or for known", async (t) => {
    const { broker } = await factory(t, { ...LIMITS, entries: 2 });
    const chat = await Chat.begun(broker);
    const first = await chat.said("m\ud83d", { text: "half" });
    await chat.settleAll();
    await chat.said("m2", { since: first.pos });
    await chat.said("m3", { since: first.pos });
    await chat.settleAll();
    as(await chat.say("m\ud83d", { text: "half", since: [first.pos[0], 1] }), "lookup");
  });

  test("a refusal comes only after the lookup: what was accepted once is never refused", async (t) => {
    const { broker } = await factory(t, { ...LIMITS, entries: 2 });
    const chat = await Chat.begun(broker);
    await chat.route(held(2, ADA));
    await chat.said("m1", { from: ADA });
    await chat.route(held(3, LIN));
    await chat.settleAll();
    await chat.said("m2", { from: VISITOR, since: (await chat.life()).head });
    as(await chat.say("m1", { from: ADA, since: [0, 0] }), "lookup");
  });
};
