import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { FakeClock } from "../../lib/clock-fake.js";
import { compare } from "../../proto/position.js";
import { numbers } from "../../test/support/client-stage.js";
import { ModelDesk } from "../../test/support/model-desk.js";
import { C } from "../../test/support/scripted-desk.js";
import { type Client, type Conversation, createClient } from "./index.js";

/** One client that reads, and sometimes writes, in the conversation of a model desk. */
class World {
  readonly desk = new ModelDesk();
  readonly clock = new FakeClock();
  readonly client: Client;
  readonly conversation: Conversation;
  said = 0;

  constructor() {
    const { desk, clock } = this;
    this.client = createClient({ url: "http://model", token: async () => "t", transport: desk, clock, random: numbers(7), page: 3 });
    this.conversation = this.client.conversation(C);
  }

  async begin(): Promise<void> {
    await this.client.start();
    this.conversation.open().catch(() => undefined);
  }

  /** Whatever happens: each message once, ascending. */
  orderly(): void {
    const { messages } = this.conversation;
    assert.equal(new Set(messages.map((m) => m.key)).size, messages.length, "a message is shown twice");
    const places = messages.flatMap((m) => (m.pos ? [m.pos] : []));
    assert.deepEqual(places, [...places].sort(compare), "messages are out of order");
  }

  /** Nothing more goes wrong: the desk answers, stores everything and delivers it, until pings have shown what was lost. */
  async calm(): Promise<void> {
    for (let round = 0; round < 60; round++) {
      this.desk.settle(1_000);
      this.desk.store(1_000);
      for (let each = 0; each < 40; each++) this.desk.answer(0);
      this.desk.deliver(1_000);
      await this.clock.advance(1_000);
      this.orderly();
      const failed = this.conversation.messages.filter((m) => m.status === "failed");
      for (const { mid } of failed) this.conversation.retry(mid).catch(() => undefined);
      this.conversation.older().catch(() => undefined);
    }
  }

  get shown(): string[] {
    return this.conversation.messages.map((m) => `${m.pos} ${m.mid} ${m.status}`);
  }

  get kept(): string[] {
    return this.desk.entries.filter((entry) => !entry.hidden).map((entry) => `${entry.pos} ${entry.mid} sent`);
  }
}

type Step = (world: World) => void | Promise<void>;

const step = (name: string, run: Step) => Object.assign(run, { toString: () => name });

const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.boolean().map((hidden) => step(`say ${hidden ? "hidden" : ""}`, (w) => w.desk.say(`m${w.said++}`, hidden))) },
  {
    weight: 4,
    arbitrary: fc.constant(step("send", (w) => void w.conversation.send("text", { text: "mine" }).sent.catch(() => undefined))),
  },
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 6 }).map((n) => step(`deliver ${n}`, (w) => w.desk.deliver(n))) },
  { weight: 6, arbitrary: fc.nat(5).map((n) => step(`answer ${n}`, (w) => w.desk.answer(n))) },
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 4 }).map((n) => step(`settle ${n}`, (w) => w.desk.settle(n))) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 4 }).map((n) => step(`store ${n}`, (w) => w.desk.store(n))) },
  { weight: 1, arbitrary: fc.constant(step("trim", (w) => w.desk.trim())) },
  { weight: 1, arbitrary: fc.constant(step("lose", (w) => w.desk.lose())) },
  { weight: 2, arbitrary: fc.boolean().map((replays) => step(`crash ${replays ? "replayed" : ""}`, (w) => w.desk.crash(replays))) },
  { weight: 2, arbitrary: fc.constantFrom(1006, 4000, 1012).map((code) => step(`drop ${code}`, (w) => w.desk.drop(code))) },
  { weight: 2, arbitrary: fc.constantFrom(300, 1_000, 12_000).map((ms) => step(`wait ${ms}`, (w) => w.clock.advance(ms))) },
);

test("whatever happens between, a reader ends with exactly the server's list: each message once, in order", async () => {
  const story = fc.array(steps, { minLength: 5, maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(story, async (run) => {
      const world = new World();
      await world.begin();
      for (const happens of run) {
        await happens(world);
        await world.clock.advance(0);
        world.orderly();
      }
      await world.calm();
      assert.deepEqual(world.shown, world.kept);
      world.client.stop();
    }),
    { numRuns: 500, includeErrorInReport: true },
  );
});
