import assert from "node:assert/strict";
import { until } from "../../support/until.js";
import { Chat, Ear, VISITOR } from "./chat.js";
import { type BrokerSuite, LIMITS } from "./suite.js";

const typing = (text: string) => ({ frame: JSON.stringify({ ev: "typing", text }), audience: "agents", origin: "s1" }) as const;

/** What has no place in the order. */
export const signalSuite: BrokerSuite = ({ test, factory }) => {
  test("a signal reaches every attached node as it was given, and no other", async (t) => {
    const { broker, elsewhere } = await factory(t, LIMITS);
    const chat = await Chat.begun(broker);
    const ears = [await Ear.at(broker, "n1"), await Ear.at(elsewhere, "n2"), await Ear.at(broker, "n3")];
    await chat.attach("n1");
    await chat.through(elsewhere).attach("n2");
    await broker.signal(1, chat.c, typing("he"));
    await chat.attach("n3");
    await broker.signal(1, chat.c, typing("hello"));
    await until("the last signal everywhere", () => ears.every(({ signals }) => signals.at(-1)?.signal.frame.includes("hello") === true));
    const both = [typing("he"), typing("hello")].map((signal) => ({ c: chat.c, signal }));
    assert.deepEqual(
      ears.map(({ signals }) => signals),
      [both, both, both.slice(1)],
    );
  });

  test("under another storage epoch a signal goes nowhere", async (t) => {
    const { broker } = await factory(t, LIMITS);
    const chat = await Chat.begun(broker, { E: 2 });
    const ear = await Ear.at(broker, "n1");
    await chat.attach("n1");
    await broker.signal(1, chat.c, typing("old"));
    await broker.signal(2, chat.c, typing("young"));
    await until("the signal", () => ear.signals.length > 0);
    assert.deepEqual(ear.events, [{ ev: "typing", text: "young" }]);
  });

  test("signals take no position", async (t) => {
    const { broker } = await factory(t, LIMITS);
    const chat = await Chat.begun(broker);
    await broker.signal(1, chat.c, typing("he"));
    assert.equal((await chat.said("m1")).pos[1], 2);
    assert.deepEqual(await chat.mids(), ["begin", "m1"]);
  });
};

export const presenceSuite: BrokerSuite = ({ test, factory }) => {
  const user = VISITOR.id;
  const event = (online: boolean) => ({ ev: "presence", c: "c_1", user, online });

  test("a user comes with its first node and leaves with its last", async (t) => {
    const { broker, elsewhere } = await factory(t, LIMITS);
    const chat = await Chat.begun(broker);
    const ear = await Ear.at(broker, "n1");
    await chat.attach("n1");
    await broker.present(1, chat.c, "n1", user, true);
    await elsewhere.present(1, chat.c, "n2", user, true);
    await broker.present(1, chat.c, "n1", user, false);
    assert.deepEqual((await chat.attach("n1")).present, [user]);
    await elsewhere.present(1, chat.c, "n2", user, false);
    assert.deepEqual((await chat.attach("n1")).present, []);
    await until("the user to leave", () => ear.signals.length > 1);
    assert.deepEqual(ear.events, [event(true), event(false)]);
  });

  test("saying it twice says it once", async (t) => {
    const { broker } = await factory(t, LIMITS);
    const chat = await Chat.begun(broker);
    const ear = await Ear.at(broker, "n1");
    await chat.attach("n1");
    for (const online of [false, true, true, false, false]) await broker.present(1, chat.c, "n1", user, online);
    await until("the user to leave", () => ear.signals.length > 1);
    assert.deepEqual(ear.events, [event(true), event(false)]);
  });

  test("a node that unsubscribes takes along the users only it had", async (t) => {
    const { broker, elsewhere } = await factory(t, LIMITS);
    const chat = await Chat.begun(broker);
    const ear = await Ear.at(elsewhere, "n2");
    await chat.through(elsewhere).attach("n2");
    await broker.present(1, chat.c, "n1", user, true);
    await broker.present(1, chat.c, "n1", "ada", true);
    await elsewhere.present(1, chat.c, "n2", "ada", true);
    await broker.unsubscribe("n1");
    await until("the visitor to leave", () => ear.signals.length > 2);
    assert.deepEqual(ear.events, [event(true), { ...event(true), user: "ada" }, event(false)]);
    assert.deepEqual((await chat.through(elsewhere).attach("n2")).present, ["ada"]);
  });
};
