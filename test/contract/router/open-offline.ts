import assert from "node:assert/strict";
import { LATER } from "../../support/router-house.js";
import { ADA, Scene, VERA } from "./scene.js";
import type { RouterSuite } from "./suite.js";

export const openOfflineSuite: RouterSuite = (contract) => {
  const { test } = contract;

  test("what is left by a form waits while its topic is closed, explain says so, and when it opens it is offered", async (t) => {
    const scene = await Scene.of(contract, t);
    await scene.comes(ADA);
    const { c } = await scene.router.openOffline(VERA, { topic: LATER });
    assert.deepEqual((await scene.entries(c))[0]?.body, { event: "queued", reason: "offline", state: "queued", version: 1 });
    assert.equal(await scene.router.waiting(VERA.tenant, c), undefined);
    const [queued] = await scene.router.explain(VERA.tenant, c);
    assert.deepEqual([queued?.reason, queued?.detail?.["why"]], ["offline", "outside_hours"]);
    assert.deepEqual(queued?.passed, [{ agent: "ada", reason: "outside_hours" }]);
    const opens_at = Number(queued?.detail?.["opens_at"]);
    scene.house.pass(opens_at - Number(queued?.at) - 30_000);
    await scene.router.status(ADA, { status: "online" });
    assert.deepEqual(await scene.routed(c), ["queued"]);
    scene.house.pass(30_000);
    await scene.offer(ADA, c);
  });

  test("who asks on a closed topic without the form is served at once", async (t) => {
    const scene = await Scene.of(contract, t);
    await scene.comes(ADA);
    await scene.offer(ADA, await scene.asks(VERA, LATER));
  });

  test("what is left by a form on an open topic is offered at once, and twice is one conversation", async (t) => {
    const scene = await Scene.of(contract, t);
    await scene.comes(ADA);
    const { c } = await scene.router.openOffline(VERA, {});
    await scene.offer(ADA, c);
    assert.equal((await scene.house.elsewhere.openOffline(VERA, {})).c, c);
    assert.equal(await scene.asks(), c);
  });

  test("a form reopens what was closed a moment ago, for that reason", async (t) => {
    const scene = await Scene.of(contract, t);
    const c = await scene.asks();
    await scene.router.close(VERA, c);
    assert.equal((await scene.router.openOffline(VERA, {})).c, c);
    const { body } = (await scene.entries(c)).at(-1) ?? {};
    assert.deepEqual([body?.["event"], body?.["reason"]], ["reopened", "offline"]);
  });
};
