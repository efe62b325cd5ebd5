import assert from "node:assert/strict";
import { conversationEpoch } from "../../../proto/position.js";
import { ADA, as, Chat, held, LIN, SYSTEM, VISITOR } from "./chat.js";
import { type BrokerSuite, LIMITS } from "./suite.js";

/** How lives begin. */
export const beginSuite: BrokerSuite = ({ test, factory }) => {
  test("a new conversation begins with its authority as entry 1, and may be written to at once", async (t) => {
    const { broker } = await factory(t, LIMITS);
    const chat = new Chat(broker);
    await broker.install(1);
    const { entry, ahead } = as(await chat.begin(), "appended");
    assert.deepEqual([entry.pos, entry.authority, ahead], [[conversationEpoch(1, 1), 1], held(1), []]);
    const { newborn, authority, head, first } = await chat.life();
    assert.deepEqual({ newborn, authority, head, first }, { newborn: true, authority: held(1), head: entry.pos, first: entry.pos });
    await chat.said("m1");
  });

  test("a barrier opens a life without authority: sends are cold and changes are stale until one is asserted", async (t) => {
    const { broker } = await factory(t, LIMITS);
    const chat = new Chat(broker);
    await broker.install(1);
    const { entry } = as(await chat.barrier(), "appended");
    assert.equal(entry.authority, undefined);
    assert.equal((await chat.life()).authority, undefined);
    for (const from of [VISITOR, ADA, SYSTEM]) assert.deepEqual(await chat.say("m1", { from }), { at: "cold" });
    assert.deepEqual(await chat.route(held(2, ADA)), { at: "stale", authority: undefined, head: entry.pos });
    as(await chat.assert(held(8, LIN)), "appended");
    await chat.said("l1", { from: LIN, since: entry.pos });
  });

  test("a life is asserted once: the second is stale and told what stands", async (t) => {
    const { broker } = await factory(t, LIMITS);
    const chat = new Chat(broker);
    await broker.install(1);
    await chat.barrier();
    const { entry } = as(await chat.assert(held(8, LIN)), "appended");
    const { c, E } = chat;
    const late = await chat.say("asserted too", {
      ...{ from: SYSTEM, kind: "routing", c, E },
      routing: { expect: "asserts", authority: held(8, ADA) },
    });
    assert.deepEqual(late, { at: "stale", authority: held(8, LIN), head: entry.pos });
  });

  test("a conversation that has begun is not asserted", async (t) => {
    const { broker } = await factory(t, LIMITS);
    const chat = await Chat.begun(broker);
    as(await chat.assert(held(8, LIN)), "stale");
    assert.deepEqual((await chat.life()).authority, held(1));
  });

  test("beginning what is alive answers alive with what stands, and writes nothing", async (t) => {
    const { broker } = await factory(t, LIMITS);
    const chat = await Chat.begun(broker);
    const { head } = await chat.life();
    assert.deepEqual(await chat.barrier({ mid: "late barrier" }), { at: "alive", authority: held(1), head });
    assert.deepEqual(await chat.begin({ mid: "second begin" }), { at: "alive", authority: held(1), head });
    assert.deepEqual(await chat.mids(), ["begin"]);
  });

  test("of two routers that begin a life at once one does, and the other finds it alive", async (t) => {
    const { broker, elsewhere } = await factory(t, LIMITS);
    const chat = new Chat(broker);
    await broker.install(1);
    const answers = await Promise.all([chat.barrier({ mid: "a" }), chat.through(elsewhere).barrier({ mid: "b" })]);
    assert.deepEqual(answers.map(({ at }) => at).sort(), ["alive", "appended"]);
  });

  test("the same beginning said again is a duplicate", async (t) => {
    const { broker } = await factory(t, LIMITS);
    const chat = await Chat.begun(broker);
    assert.equal(as(await chat.begin(), "duplicate").entry.pos[1], 1);
  });

  test("a refused or repeated beginning costs no life: each next life has a greater epoch than all before", async (t) => {
    const { broker, forget } = await factory(t, LIMITS);
    const first = await Chat.begun(broker);
    const { epoch } = await first.life();
    await broker.install(2);
    const second = new Chat(broker, { E: 2 });
    await second.barrier();
    const later = await second.life();
    const emptied = await forget();
    await emptied.install(3);
    const third = new Chat(emptied, { E: 3 });
    await third.barrier();
    const lives = [epoch, later.epoch, (await third.life()).epoch];
    assert.deepEqual(
      lives,
      [1, 2, 3].map((E) => conversationEpoch(E, 1)),
    );
  });
};
