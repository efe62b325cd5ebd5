import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { WAYS, World } from "../../test/support/model-world.js";

type Step = (world: World) => void | Promise<void>;

const step = (name: string, run: Step) => Object.assign(run, { toString: () => name });

const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.boolean().map((hidden) => step(`say ${hidden ? "hidden" : ""}`, (w) => w.desk.say(`m${w.said++}`, hidden))) },
  { weight: 4, arbitrary: fc.constant(step("send", (w) => w.send())) },
  { weight: 6, arbitrary: fc.integer({ min: 1, max: 6 }).map((n) => step(`deliver ${n}`, (w) => w.deliver(n))) },
  { weight: 6, arbitrary: fc.nat(5).map((n) => step(`answer ${n}`, (w) => w.desk.answer(n))) },
  { weight: 3, arbitrary: fc.integer({ min: 1, max: 4 }).map((n) => step(`settle ${n}`, (w) => w.desk.settle(n))) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 4 }).map((n) => step(`store ${n}`, (w) => w.desk.store(n))) },
  { weight: 1, arbitrary: fc.constant(step("trim", (w) => w.desk.trim())) },
  { weight: 1, arbitrary: fc.constant(step("lose", (w) => w.desk.lose())) },
  { weight: 2, arbitrary: fc.constant(step("double", (w) => w.desk.double())) },
  { weight: 2, arbitrary: fc.constant(step("swap", (w) => w.desk.swap())) },
  { weight: 2, arbitrary: fc.boolean().map((replays) => step(`crash ${replays ? "replayed" : ""}`, (w) => w.desk.crash(replays))) },
  { weight: 2, arbitrary: fc.constantFrom(1006, 4000, 1012).map((code) => step(`drop ${code}`, (w) => w.drop(code))) },
  { weight: 2, arbitrary: fc.constantFrom(300, 1_000, 12_000).map((ms) => step(`wait ${ms}`, (w) => w.clock.advance(ms))) },
);

for (const way of WAYS) {
  test(`whatever happens between, a reader ${way} ends with exactly the server's list: each message once, in order`, async () => {
    const story = fc.array(steps, { minLength: 5, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(story, async (run) => {
        const world = new World(way);
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
}
