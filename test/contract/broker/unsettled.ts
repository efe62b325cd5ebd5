import assert from "node:assert/strict";
import { needing } from "../suite.js";
import { Chat } from "./chat.js";
import { type BrokerSuite, LIMITS } from "./suite.js";

/** What a sweeper reads. */
export const unsettledSuite: BrokerSuite = ({ test, factory, cannot = {} }) => {
  test("entries of all conversations are listed with the node whose append they were", async (t) => {
    const { broker, elsewhere } = await factory(t, LIMITS);
    const one = await Chat.begun(broker, { c: "c_1" });
    const two = await Chat.begun(elsewhere, { c: "c_2" });
    await two.said("m1", { node: "n2" });
    await one.said("m1", { node: "n1" });
    const listed = (await broker.unsettled(1, 100)).map(({ entry, owner }) => `${entry.c} ${entry.mid} ${owner}`);
    assert.deepEqual(listed.sort(), ["c_1 begin router", "c_1 m1 n1", "c_2 begin router", "c_2 m1 n2"]);
  });

  test("a list is cut to its limit, and those of one conversation stand in the order of their positions", async (t) => {
    const { broker } = await factory(t, LIMITS);
    const chat = await Chat.begun(broker);
    await chat.sayAll(4);
    assert.deepEqual(
      (await broker.unsettled(1, 3)).map(({ entry }) => entry.mid),
      ["begin", "m1", "m2"],
    );
  });

  test("a duplicate leaves the first one's owner as it is", async (t) => {
    const { broker } = await factory(t, LIMITS);
    const chat = await Chat.begun(broker);
    await chat.said("m1", { node: "n1" });
    await chat.say("m1", { node: "n2" });
    assert.deepEqual(
      (await chat.unsettled()).map(({ owner }) => owner),
      ["router", "n1"],
    );
  });

  test("an unsubscribed node's entries stay for others to sweep", async (t) => {
    const { broker } = await factory(t, LIMITS);
    const chat = await Chat.begun(broker);
    await chat.said("m1", { node: "n1" });
    await broker.unsubscribe("n1");
    assert.equal((await chat.unsettled()).at(-1)?.owner, "n1");
  });

  test("under another storage epoch the list is empty", async (t) => {
    const { broker } = await factory(t, LIMITS);
    await Chat.begun(broker, { E: 2 });
    assert.deepEqual([await broker.unsettled(1, 100), await broker.unsettled(3, 100)], [[], []]);
  });

  const timed = needing(test, "time", cannot);

  timed("the oldest come first, each with its age", async (t) => {
    const { broker, pass } = await factory(t, LIMITS);
    const one = await Chat.begun(broker, { c: "c_1" });
    await pass(1_000);
    await Chat.begun(broker, { c: "c_0" });
    await pass(2_000);
    await one.said("m1");
    const listed = (await broker.unsettled(1, 100)).map(({ entry, age_ms }) => `${entry.c} ${entry.mid} ${age_ms}`);
    assert.deepEqual(listed, ["c_1 begin 3000", "c_0 begin 2000", "c_1 m1 0"]);
  });
};
