import assert from "node:assert/strict";
import { as, Chat } from "./chat.js";
import { type BrokerSuite, LIMITS } from "./suite.js";

export const settleSuite: BrokerSuite = ({ test, factory }) => {
  test("an entry is unsettled until it is settled, whatever the order of the settles", async (t) => {
    const { broker } = await factory(t, LIMITS);
    const chat = await Chat.begun(broker);
    const [one, two, three] = await chat.sayAll(3);
    assert.ok(one && two && three);
    assert.deepEqual(await chat.settle(two.pos, [two.pos[0], 1]), { at: "settled", unknown: [] });
    assert.deepEqual(
      (await chat.unsettled()).map(({ entry }) => entry),
      [one, three],
    );
    assert.deepEqual((await chat.life()).base, [one.pos[0], one.pos[1] - 1]);
    await chat.settle(one.pos);
    assert.deepEqual((await chat.life()).base, [two.pos[0], two.pos[1]]);
    await chat.settle(three.pos);
    assert.deepEqual([await chat.unsettled(), (await chat.life()).base], [[], three.pos]);
  });

  test("settling twice is settling once", async (t) => {
    const { broker, elsewhere } = await factory(t, LIMITS);
    const chat = await Chat.begun(broker);
    const { pos } = await chat.said("m1");
    for (const client of [broker, elsewhere, broker]) {
      assert.deepEqual(await chat.through(client).settle(pos), { at: "settled", unknown: [] });
    }
  });

  test("entries of several conversations are settled in one call", async (t) => {
    const { broker } = await factory(t, LIMITS);
    const one = await Chat.begun(broker, { c: "c_1" });
    const two = await Chat.begun(broker, { c: "c_2" });
    const refs = [...(await one.unsettled()), ...(await two.unsettled())].map(({ entry }) => ({ c: entry.c, pos: entry.pos }));
    assert.equal(refs.length, 2);
    assert.deepEqual(await broker.settle(1, refs), { at: "settled", unknown: [] });
    assert.deepEqual([await one.unsettled(), await two.unsettled()], [[], []]);
  });

  test("entries that no life here knows are named, and the others of the call are settled", async (t) => {
    const { broker } = await factory(t, LIMITS);
    const chat = await Chat.begun(broker);
    const { pos } = await chat.said("m1");
    const strange = [
      { c: "c_none", pos },
      { c: chat.c, pos: [pos[0] + 1, 1] },
      { c: chat.c, pos: [pos[0], 99] },
    ] as const;
    const answer = await broker.settle(1, [strange[0], { c: chat.c, pos }, strange[1], strange[2]]);
    assert.deepEqual(answer, { at: "settled", unknown: [...strange] });
    assert.equal(
      (await chat.unsettled()).some(({ entry }) => entry.mid === "m1"),
      false,
    );
  });

  test("what the journal does not have stays in the window, beyond its limits; what it has goes", async (t) => {
    const { broker } = await factory(t, { ...LIMITS, entries: 3 });
    const chat = await Chat.begun(broker);
    const [one] = await chat.sayAll(5);
    assert.deepEqual(await chat.mids(), ["begin", "m1", "m2", "m3", "m4", "m5"]);
    await chat.settle(...(await chat.unsettled()).filter(({ entry }) => entry.mid !== "m1").map(({ entry }) => entry.pos));
    assert.deepEqual(await chat.mids(), ["m1", "m2", "m3", "m4", "m5"]);
    await chat.settle(one?.pos ?? [0, 0]);
    assert.deepEqual(await chat.mids(), ["m3", "m4", "m5"]);
  });

  test("an entry that has left the window is known to be settled", async (t) => {
    const { broker } = await factory(t, { ...LIMITS, entries: 1 });
    const chat = await Chat.begun(broker);
    const [one] = await chat.sayAll(2);
    await chat.settleAll();
    assert.deepEqual(await chat.mids(), ["m2"]);
    assert.deepEqual(await chat.settle(one?.pos ?? [0, 0]), { at: "settled", unknown: [] });
  });

  test("under another storage epoch nothing is settled", async (t) => {
    const { broker } = await factory(t, LIMITS);
    const chat = await Chat.begun(broker, { E: 2 });
    const { pos } = await chat.said("m1");
    for (const E of [1, 3]) assert.deepEqual(await broker.settle(E, [{ c: chat.c, pos }]), { at: "fenced", E: 2 });
    assert.equal((await chat.unsettled()).length, 2);
    as(await chat.say("m1"), "duplicate");
  });
};
