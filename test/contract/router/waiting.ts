import assert from "node:assert/strict";
import { ADA, Scene, VERA, visitor } from "./scene.js";
import type { RouterSuite } from "./suite.js";

export const waitingSuite: RouterSuite = (contract) => {
  const { test } = contract;

  test("a visitor who waits is told its place and about how long", async (t) => {
    const scene = await Scene.of(contract, t);
    await scene.asks(visitor("wim"));
    const c = await scene.asks();
    assert.deepEqual(await scene.router.waiting(VERA.tenant, c), { position: 2, eta_ms: 120_000 });
  });

  test("who was offered to somebody still waits; who is served does not", async (t) => {
    const scene = await Scene.of(contract, t);
    await scene.comes(ADA);
    const c = await scene.asks();
    const offer = await scene.offer(ADA, c);
    assert.equal((await scene.router.waiting(VERA.tenant, c))?.position, 1);
    await scene.router.accept(ADA, c, offer);
    assert.equal(await scene.router.waiting(VERA.tenant, c), undefined);
    assert.equal(await scene.router.waiting(VERA.tenant, "c_nothing"), undefined);
  });
};
