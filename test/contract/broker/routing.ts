import assert from "node:assert/strict";
import { ADA, as, Chat, held, LIN, VISITOR } from "./chat.js";
import { type BrokerSuite, LIMITS } from "./suite.js";

/** Assignment is a message, and a compare-and-set. */
export const routingSuite: BrokerSuite = ({ test, factory }) => {
  test("a change is accepted when it expects the version that stands, and stands itself from its position on", async (t) => {
    const { broker } = await factory(t, LIMITS);
    const chat = await Chat.begun(broker);
    const { entry } = as(await chat.route(held(2, ADA)), "appended");
    assert.deepEqual(entry.authority, held(2, ADA));
    assert.deepEqual((await chat.life()).authority, held(2, ADA));
    assert.deepEqual((await chat.life()).head, entry.pos);
  });

  test("a change that expects another version is stale, is told what stands, and writes nothing", async (t) => {
    const { broker } = await factory(t, LIMITS);
    const chat = await Chat.begun(broker);
    await chat.route(held(2, ADA));
    const { head } = await chat.life();
    for (const version of [1, 2, 4]) {
      const mid = `late ${version}`;
      assert.deepEqual(await chat.route(held(version, LIN), { mid }), { at: "stale", authority: held(2, ADA), head });
    }
    assert.deepEqual(await chat.mids(), ["begin", "v2"]);
  });

  test("of two routers that change the same version at once one is accepted, and the other is told of it", async (t) => {
    const { broker, elsewhere } = await factory(t, LIMITS);
    const chat = await Chat.begun(broker);
    const rivals = [chat.route(held(2, ADA), { mid: "a" }), chat.through(elsewhere).route(held(2, LIN), { mid: "b" })];
    const answers = await Promise.all(rivals);
    assert.deepEqual(answers.map(({ at }) => at).sort(), ["appended", "stale"]);
    const stale = answers.find(({ at }) => at === "stale");
    assert.deepEqual(stale && as(stale, "stale").authority, (await chat.life()).authority);
  });

  test("the same change said again is a duplicate, also when others followed", async (t) => {
    const { broker } = await factory(t, LIMITS);
    const chat = await Chat.begun(broker);
    const { entry } = as(await chat.route(held(2, ADA)), "appended");
    await chat.route(held(3, LIN));
    assert.deepEqual(as(await chat.route(held(2, ADA)), "duplicate").entry, entry);
  });

  test("from the change on the former assignee is refused and the next one is not", async (t) => {
    const { broker } = await factory(t, LIMITS);
    const chat = await Chat.begun(broker);
    await chat.route(held(2, ADA));
    await chat.said("a1", { from: ADA });
    await chat.route(held(3, LIN));
    assert.deepEqual(await chat.say("a2", { from: ADA }), { at: "refused", code: "not_assigned" });
    await chat.said("l1", { from: LIN });
  });

  test("nobody's hands: after a release no agent may write", async (t) => {
    const { broker } = await factory(t, LIMITS);
    const chat = await Chat.begun(broker);
    await chat.route(held(2, ADA));
    await chat.route(held(3));
    assert.deepEqual(await chat.say("a1", { from: ADA }), { at: "refused", code: "not_assigned" });
    await chat.said("m1", { from: VISITOR });
  });

  test("the answer to an append names the unsettled routing entries below it, in order, and the settled ones no more", async (t) => {
    const { broker } = await factory(t, LIMITS);
    const chat = await Chat.begun(broker);
    await chat.settleAll();
    await chat.said("m1");
    await chat.route(held(2, ADA));
    await chat.route(held(3, LIN));
    const named = async (mid: string): Promise<string[]> =>
      as(await chat.say(mid, { from: LIN }), "appended").ahead.map((each) => each.mid);
    assert.deepEqual(await named("l1"), ["v2", "v3"]);
    await chat.settle((await chat.unsettled())[1]?.entry.pos ?? [0, 0]);
    assert.deepEqual(await named("l2"), ["v3"]);
    await chat.settleAll();
    assert.deepEqual(await named("l3"), []);
  });

  test("whoever says an unsettled message again learns of the unsettled routing entries below it as well", async (t) => {
    const { broker } = await factory(t, LIMITS);
    const chat = await Chat.begun(broker);
    await chat.settleAll();
    await chat.route(held(2, ADA));
    await chat.said("a1", { from: ADA });
    await chat.route(held(3, ADA, "hold"));
    const again = as(await chat.say("a1", { from: ADA }), "duplicate");
    assert.deepEqual(
      again.ahead.map(({ mid }) => mid),
      ["v2"],
    );
  });
};
