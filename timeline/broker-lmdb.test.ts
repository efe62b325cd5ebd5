import assert from "node:assert/strict";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { FakeClock } from "../lib/clock-fake.js";
import { Chat, Ear } from "../test/contract/broker/chat.js";
import { brokerContract } from "../test/contract/broker/index.js";
import { type BrokerLimits, type BrokerUnderTest, LIMITS } from "../test/contract/broker/suite.js";
import { emptyFolder } from "../test/support/folder.js";
import { log } from "../test/support/log.js";
import { LmdbBroker } from "./broker-lmdb.js";
import { bucketOf } from "./entry.js";

async function factory(t: TestContext, limits: BrokerLimits): Promise<BrokerUnderTest & { readonly clock: FakeClock }> {
  const path = join(emptyFolder(t), "broker");
  const clock = new FakeClock();
  const open = (): LmdbBroker => {
    const broker = new LmdbBroker({ path, clock, log, limits });
    t.after(() => broker.close());
    return broker;
  };
  const broker = open();
  const forget = async (): Promise<LmdbBroker> => {
    await broker.close();
    return open();
  };
  return { broker, elsewhere: broker, forget, clock, pass: (by_ms) => clock.advance(by_ms) };
}

brokerContract({ test, factory });

test("a wall clock set back neither keeps an idle life nor hides how long an entry waits", async (t) => {
  const { broker, clock } = await factory(t, LIMITS);
  const idle = await Chat.begun(broker, { c: "c_idle" });
  await idle.settleAll();
  const waiting = await Chat.begun(broker, { c: "c_waiting" });
  clock.jump(-3_600_000);
  await clock.advance(120_000);
  assert.deepEqual(await broker.life(1, idle.c), { at: "cold" });
  assert.equal((await waiting.unsettled())[0]?.age_ms, 120_000);
});

test("an inbox that throws is told that it lost the bucket, and the others get theirs", async (t) => {
  const { broker } = await factory(t, LIMITS);
  const chat = await Chat.begun(broker);
  const broken = await Ear.at(broker, "n1");
  const sound = await Ear.at(broker, "n2");
  t.mock.method(broken, "entry", () => assert.fail("out of order"));
  await chat.attach("n1");
  await chat.attach("n2");
  await chat.said("m1");
  assert.deepEqual([broken.losses, sound.mids, sound.losses], [[bucketOf(chat.c)], ["m1"], []]);
});

test("what an inbox sets off while it is told is delivered afterwards, to everybody in one order", async (t) => {
  const { broker } = await factory(t, LIMITS);
  const chat = await Chat.begun(broker);
  const [first, second] = [await Ear.at(broker, "n1"), await Ear.at(broker, "n2")];
  await chat.attach("n1");
  await chat.attach("n2");
  const hears = first.entry.bind(first);
  t.mock.method(first, "entry", (entry: Parameters<typeof hears>[0]) => {
    void (entry.mid === "m1" && chat.say("answer"));
    hears(entry);
  });
  await chat.said("m1");
  assert.deepEqual(
    [first.mids, second.mids],
    [
      ["m1", "answer"],
      ["m1", "answer"],
    ],
  );
});
