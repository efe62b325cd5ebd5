import assert from "node:assert/strict";
import { test } from "node:test";
import { Cut, type CutAt, DIRECTIONS, type Direction } from "../../test/support/cut.js";
import { WAYS, type Way, World } from "../../test/support/model-world.js";

/** A whole session: both write, notes are hidden, the window forgets, and the live end is lost once. */
async function session(world: World): Promise<void> {
  const { desk } = world;
  await world.begin();
  await world.second();
  for (const hidden of [false, true, false]) desk.say(`m${world.said++}`, hidden);
  world.send();
  await world.second();
  world.send();
  world.send();
  desk.say("between", false);
  for (let i = 0; i < 4; i++) await world.second();
  world.conversation.older().catch(() => undefined);
  await world.clock.advance(10_000);
  desk.trim();
  for (let i = 0; i < 5; i++) desk.say(`late ${i}`, i === 2);
  await world.second();
  world.send();
  desk.crash(true);
  for (let i = 0; i < 4; i++) await world.second();
  world.send();
  desk.say("in another life", false);
  for (let i = 0; i < 4; i++) await world.second();
}

async function played(way: Way, at?: CutAt): Promise<{ readonly world: World; readonly cut: Cut }> {
  const cut = new Cut(at);
  const world = new World(way, cut);
  await session(world);
  return { world, cut };
}

async function converges(way: Way, at: CutAt): Promise<void> {
  const { world } = await played(way, at);
  await world.calm();
  const where = JSON.stringify(at);
  assert.deepEqual(world.shown, world.kept, where);
  const mids = world.desk.entries.map(({ mid }) => mid);
  assert.equal(world.acked.length, 5, `confirmed ${world.acked}, ${where}`);
  for (const mid of world.acked) assert.equal(mids.filter((each) => each === mid).length, 1, `${mid} ${where}`);
  assert.equal(await world.storage.get("deskwire.outbox."), undefined, where);
  world.client.stop();
}

/** What goes this way in a session that nothing cuts. */
async function length(way: Way, direction: Direction): Promise<number> {
  const { world, cut } = await played(way);
  world.client.stop();
  return cut.passed[direction];
}

for (const way of WAYS) {
  test(`a session ${way} is long enough to be cut at some forty points`, async () => {
    const points = (await length(way, "in")) + (await length(way, "out"));
    assert.ok(points >= 40, `there are ${points}`);
  });

  for (const direction of DIRECTIONS) {
    for (const arrives of [true, false]) {
      const end = arrives ? "right after" : "with";
      test(`a session ${way} that breaks ${end} anything on its way ${direction} loses nothing and shows nothing twice`, async () => {
        const last = await length(way, direction);
        for (let n = 1; n <= last; n++) await converges(way, { direction, n, arrives });
      });
    }
  }
}
