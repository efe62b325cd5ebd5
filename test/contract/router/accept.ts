import assert from "node:assert/strict";
import { refusal } from "../../support/refusal.js";
import { OFFER_MS } from "../../support/router-house.js";
import { ADA, LIN, Scene } from "./scene.js";
import type { RouterSuite } from "./suite.js";

export const acceptSuite: RouterSuite = (contract) => {
  const { test } = contract;

  test("who accepts its offer holds the conversation when the reply comes, and is told so after the entry", async (t) => {
    const scene = await Scene.of(contract, t);
    await scene.comes(ADA);
    const c = await scene.asks();
    await scene.accepts(ADA, c);
    assert.deepEqual(await scene.routed(c), ["queued", "offered", "assigned ada"]);
    await scene.ear.event(ADA, "assigned", c);
    assert.deepEqual(
      scene.ear.told(ADA).map(({ ev }) => ev),
      ["status", "offer", "offer_end", "assigned"],
    );
    assert.deepEqual(await scene.ear.event(ADA, "assigned"), { ev: "assigned", c, reason: "accepted", version: 3 });
    assert.equal((await scene.ear.event(ADA, "offer_end")).reason, "accepted");
  });

  test("the same agent accepts twice, one after the other and at once, and holds it once", async (t) => {
    const scene = await Scene.of(contract, t);
    await scene.comes(ADA);
    const c = await scene.asks();
    const offer = await scene.offer(ADA, c);
    await Promise.all([scene.router.accept(ADA, c, offer), scene.house.elsewhere.accept(ADA, c, offer)]);
    assert.equal(await scene.assignee(c), "ada");
    await scene.router.accept(ADA, c, offer);
    assert.deepEqual(await scene.routed(c), ["queued", "offered", "assigned ada"]);
    assert.equal((await scene.router.inbox(ADA)).own.load, 1);
  });

  test("another agent's accept is a conflict, before and after it was accepted", async (t) => {
    const scene = await Scene.of(contract, t);
    await scene.comes(ADA);
    await scene.comes(LIN);
    const c = await scene.asks();
    const offer = await scene.offer(ADA, c);
    await assert.rejects(scene.router.accept(LIN, c, offer), refusal("conflict"));
    await scene.router.accept(ADA, c, offer);
    await assert.rejects(scene.router.accept(LIN, c, offer), refusal("conflict"));
    assert.equal(await scene.assignee(c), "ada");
  });

  test("an accept that comes too late is a conflict", async (t) => {
    const scene = await Scene.of(contract, t);
    await scene.comes(ADA);
    const c = await scene.asks();
    const offer = await scene.offer(ADA, c);
    scene.house.pass(OFFER_MS);
    await scene.becomes(c, "missed");
    await assert.rejects(scene.router.accept(ADA, c, offer), refusal("conflict"));
  });

  test("an offer that was never made is a conflict, whether its conversation is there or not", async (t) => {
    const scene = await Scene.of(contract, t);
    await scene.comes(ADA);
    const c = await scene.asks();
    await scene.offer(ADA, c);
    await assert.rejects(scene.router.accept(ADA, c, `${c}.9`), refusal("conflict"));
    await assert.rejects(scene.router.accept(ADA, "c_nothing", "c_nothing.1"), refusal("conflict"));
  });
};
