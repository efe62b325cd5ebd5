import assert from "node:assert/strict";
import { conversationEpoch } from "../../../proto/position.js";
import { until } from "../../support/until.js";
import { ADA, as, Chat, Ear, held, VISITOR } from "./chat.js";
import { type BrokerSuite, LIMITS } from "./suite.js";

/** The fence. */
export const epochSuite: BrokerSuite = ({ test, factory }) => {
  test("a broker has no storage epoch before the first is installed, and takes no append", async (t) => {
    const { broker } = await factory(t, LIMITS);
    assert.equal(await broker.epoch(), 0);
    assert.deepEqual(await new Chat(broker).begin(), { at: "fenced", E: 0 });
  });

  test("only a greater storage epoch is installed, whoever asks", async (t) => {
    const { broker, elsewhere } = await factory(t, LIMITS);
    assert.equal(await broker.install(3), true);
    for (const E of [1, 2, 3]) assert.equal(await elsewhere.install(E), false);
    assert.equal(await elsewhere.epoch(), 3);
    assert.equal(await elsewhere.install(5), true);
    assert.equal(await broker.epoch(), 5);
  });

  test("an append under an older or a younger storage epoch is fenced, and nothing is written", async (t) => {
    const { broker } = await factory(t, LIMITS);
    const chat = await Chat.begun(broker, { E: 2 });
    const { pos } = await chat.said("m1");
    for (const E of [1, 3]) {
      const strange = new Chat(broker, { E });
      const attempts = [strange.say("m1"), strange.say("m2"), strange.route(held(2, ADA)), strange.barrier(), strange.begin()];
      for (const answer of await Promise.all(attempts)) assert.deepEqual(answer, { at: "fenced", E: 2 });
    }
    assert.deepEqual([await chat.mids(), (await chat.life()).head], [["begin", "m1"], pos]);
  });

  test("a fenced refusal leaves no tombstone", async (t) => {
    const { broker } = await factory(t, LIMITS);
    const chat = await Chat.begun(broker, { E: 2 });
    as(await new Chat(broker, { E: 1 }).say("m1", { from: ADA }), "fenced");
    await chat.route(held(2, ADA));
    await chat.said("m1", { from: ADA });
  });

  test("an install ends all lives: they are cold, their mids and marks and unsettled entries gone", async (t) => {
    const { broker } = await factory(t, LIMITS);
    const before = await Chat.begun(broker);
    const { pos } = await before.said("m1");
    await broker.mark(1, before.c, { user: VISITOR.id, read: pos }, "s1");
    await broker.install(2);
    const chat = new Chat(broker, { E: 2 });
    assert.deepEqual([await chat.say("m1"), await broker.life(2, chat.c)], [{ at: "cold" }, { at: "cold" }]);
    await chat.barrier();
    await chat.assert(held(2, ADA));
    as(await chat.say("m1"), "lookup");
    assert.deepEqual((await chat.attach("n1")).marks, []);
    assert.deepEqual(
      (await chat.unsettled()).map(({ entry }) => entry.mid),
      ["barrier", "asserted"],
    );
    assert.deepEqual(await chat.settle(pos), { at: "settled", unknown: [{ c: chat.c, pos }] });
  });

  test("an install tells every inbox that it lost all of its buckets", async (t) => {
    const { broker, elsewhere } = await factory(t, LIMITS);
    await broker.install(1);
    const ears = [await Ear.at(broker, "n1"), await Ear.at(elsewhere, "n2")];
    await broker.install(2);
    await until("both inboxes to be told", () => ears.every(({ losses }) => losses.length > 0));
    assert.deepEqual(
      ears.map(({ losses }) => losses.at(-1)),
      [undefined, undefined],
    );
  });

  test("a position is never issued twice, whatever the server forgot", async (t) => {
    const { broker, forget } = await factory(t, LIMITS);
    const chat = await Chat.begun(broker);
    const before = await chat.said("m1");
    const emptied = await forget();
    assert.deepEqual(await chat.through(emptied).say("m2"), { at: "fenced", E: 0 });
    await emptied.install(2);
    assert.deepEqual(await chat.through(emptied).say("m2"), { at: "fenced", E: 2 });
    const after = new Chat(emptied, { E: 2 });
    const { entry } = as(await after.barrier(), "appended");
    assert.deepEqual(entry.pos, [conversationEpoch(2, 1), 1]);
    assert.ok(entry.pos[0] > before.pos[0]);
  });
};
