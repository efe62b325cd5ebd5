import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import { until } from "../../support/until.js";
import { Chat, Ear, VISITOR } from "./chat.js";
import { type BrokerContract, type BrokerSuite, LIMITS } from "./suite.js";

/** A chat of two messages that node n1 has attached. */
async function twoSaid(factory: BrokerContract["factory"], t: TestContext) {
  const { broker } = await factory(t, LIMITS);
  const chat = await Chat.begun(broker);
  const [one, two] = await chat.sayAll(2);
  assert.ok(one && two);
  const ear = await Ear.at(broker, "n1");
  await chat.attach("n1");
  return { broker, chat, one, two, ear };
}

export const markSuite: BrokerSuite = ({ test, factory }) => {
  test("a mark that moves is answered as it stands and told to attached nodes, with the socket it came from", async (t) => {
    const { broker, chat, one, two, ear } = await twoSaid(factory, t);
    const user = VISITOR.id;
    assert.deepEqual(await broker.mark(1, chat.c, { user, got: two.pos }, "s1"), { user, got: two.pos });
    assert.deepEqual(await broker.mark(1, chat.c, { user, read: one.pos }, "s2"), { user, got: two.pos, read: one.pos });
    await until("two marks", () => ear.signals.length === 2);
    const { c } = chat;
    assert.deepEqual(ear.events, [
      { ev: "mark", c, user, got: two.pos },
      { ev: "mark", c, user, got: two.pos, read: one.pos },
    ]);
    assert.deepEqual(
      ear.signals.map(({ signal }) => signal.origin),
      ["s1", "s2"],
    );
  });

  test("a mark never moves back, and one that does not move is told to nobody", async (t) => {
    const { broker, chat, one, two, ear } = await twoSaid(factory, t);
    const user = VISITOR.id;
    await broker.mark(1, chat.c, { user, got: two.pos, read: two.pos }, "s1");
    assert.equal(await broker.mark(1, chat.c, { user, got: one.pos }, "s1"), undefined);
    assert.equal(await broker.mark(1, chat.c, { user, read: two.pos }, "s1"), undefined);
    assert.equal(await broker.mark(1, chat.c, { user }, "s1"), undefined);
    await broker.mark(1, chat.c, { user: "ada", read: one.pos }, "s2");
    await until("the other user's mark", () => ear.signals.length > 1);
    assert.equal(ear.signals.length, 2);
    assert.deepEqual((await chat.attach("n1")).marks, [
      { user: "ada", read: one.pos },
      { user, got: two.pos, read: two.pos },
    ]);
  });

  test("without a life, or under another storage epoch, a mark is dropped", async (t) => {
    const { broker } = await factory(t, LIMITS);
    const chat = await Chat.begun(broker, { E: 2 });
    const mark = { user: VISITOR.id, read: [1, 1] as const };
    assert.equal(await broker.mark(1, chat.c, mark, "s1"), undefined);
    assert.equal(await broker.mark(2, "c_none", mark, "s1"), undefined);
    assert.deepEqual((await chat.attach("n1")).marks, []);
  });
};
