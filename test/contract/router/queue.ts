import assert from "node:assert/strict";
import { until } from "../../support/until.js";
import { ADA, agent, LIN, Scene, SUN, VERA, visitor } from "./scene.js";
import type { RouterSuite } from "./suite.js";

export const queueSuite: RouterSuite = (contract) => {
  const { test } = contract;
  const counts = async (scene: Scene, who = ADA) =>
    Object.fromEntries((await scene.router.queue(who)).topics.map(({ topic, waiting }) => [topic, waiting]));

  test("every topic is counted, also where nobody waits and before anybody asked", async (t) => {
    const scene = await Scene.of(contract, t);
    assert.deepEqual(await counts(scene), { billing: 0, orders: 0, sales: 0, support: 0 });
    await scene.asks();
    await scene.asks(visitor("wim"));
    assert.deepEqual(await counts(scene), { billing: 0, orders: 0, sales: 0, support: 2 });
  });

  test("how long the first one waits is told", async (t) => {
    const scene = await Scene.of(contract, t);
    await scene.asks();
    scene.house.pass(30_000);
    await scene.asks(visitor("wim"));
    const support = (await scene.router.queue(ADA)).topics.find(({ topic }) => topic === "support");
    assert.ok((support?.oldest_ms ?? 0) >= 30_000, `${support?.oldest_ms} ms`);
  });

  test("an agent sees the counts of its own topics and nothing else, whether it is declared or not", async (t) => {
    const scene = await Scene.of(contract, t);
    const sam = agent("sam");
    await scene.asks();
    assert.deepEqual(await scene.router.queue(sam), { topics: [{ topic: "sales", waiting: 0, oldest_ms: 0 }] });
    await scene.comes(sam, { topics: ["support"] });
    assert.deepEqual(await counts(scene, sam), { support: 1 });
  });

  test("a supervisor sees who waits, in order, and every agent with its load", async (t) => {
    const scene = await Scene.of(contract, t);
    const held = await scene.held(LIN);
    await scene.router.status(LIN, { status: "away" });
    await scene.router.agentHere(ADA, { skills: [], topics: [], capacity: 2, capacity_max: 2 });
    const plain = await scene.asks(visitor("wim"));
    const { c: urgent } = await scene.router.open(visitor("xi"), { priority: 5 });
    const { topics, waiting = [], agents } = await scene.router.queue(SUN);
    assert.deepEqual(topics.find(({ topic }) => topic === "support")?.waiting, 2);
    assert.deepEqual(
      waiting.map(({ c, topic, visitor: { id }, priority, state }) => [c, topic, id, priority, state]),
      [
        [urgent, "support", "xi", 5, "queued"],
        [plain, "support", "wim", 0, "queued"],
      ],
    );
    assert.deepEqual(agents, [
      { id: "ada", name: "ada", status: "offline", capacity: 2, load: 0 },
      { id: "lin", name: "lin", status: "away", capacity: 5, load: 1 },
    ]);
    assert.ok(!waiting.some(({ c }) => c === held));
  });

  test("who watches is told that something changed, of its own tenant", async (t) => {
    const scene = await Scene.of(contract, t);
    await scene.asks();
    await until("a change of the queue", () => scene.ear.changes.length > 0 && scene.far.changes.length > 0);
    assert.deepEqual([...new Set([...scene.ear.changes, ...scene.far.changes])], [VERA.tenant]);
  });

  test("what did not change since is not told again", async (t) => {
    const scene = await Scene.of(contract, t);
    await scene.asks();
    await until("the first change", () => scene.ear.changes.includes(VERA.tenant));
    const told = scene.ear.changes.length;
    await scene.asks(visitor("vera", "other"));
    await until("the other tenant's change", () => scene.ear.changes.includes("other"));
    assert.deepEqual(scene.ear.changes.slice(told), ["other"]);
  });

  test("however much changes, it is told at most twice a second", async (t) => {
    const scene = await Scene.of(contract, t);
    const since = performance.now();
    for (let n = 0; n < 40; n++) await scene.asks(visitor(`v${n}`));
    await until("a change", async () => scene.ear.changes.length > 0);
    const most = (performance.now() - since) / 500 + 1;
    assert.ok(scene.ear.changes.length <= most, `${scene.ear.changes.length} times, ${most} at most`);
  });
};
