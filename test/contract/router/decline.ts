import assert from "node:assert/strict";
import { refusal } from "../../support/refusal.js";
import { ADA, LIN, Scene } from "./scene.js";
import type { RouterSuite } from "./suite.js";

export const declineSuite: RouterSuite = (contract) => {
  const { test } = contract;

  test("a declined conversation is offered to the next agent, and the reason is kept", async (t) => {
    const scene = await Scene.of(contract, t);
    await scene.comes(ADA);
    const c = await scene.asks();
    const offer = await scene.offer(ADA, c);
    await scene.comes(LIN);
    await scene.router.decline(ADA, c, offer, "lunch");
    await scene.offer(LIN, c);
    assert.deepEqual(await scene.routed(c), ["queued", "offered", "declined", "offered"]);
    assert.equal((await scene.ear.event(ADA, "offer_end", c)).reason, "declined");
    const declined = (await scene.router.explain(ADA.tenant, c)).find(({ event }) => event === "declined");
    assert.deepEqual(declined?.detail, { why: "lunch" });
  });

  test("declining twice is harmless", async (t) => {
    const scene = await Scene.of(contract, t);
    await scene.comes(ADA);
    const c = await scene.asks();
    const offer = await scene.offer(ADA, c);
    await scene.router.decline(ADA, c, offer);
    await scene.router.decline(ADA, c, offer);
    assert.deepEqual(await scene.routed(c), ["queued", "offered", "declined"]);
  });

  test("an offer is declined by nobody but the agent it was made to", async (t) => {
    const scene = await Scene.of(contract, t);
    await scene.comes(ADA);
    const c = await scene.asks();
    const offer = await scene.offer(ADA, c);
    await assert.rejects(scene.router.decline(LIN, c, offer), refusal("conflict"));
    await assert.rejects(scene.router.decline(LIN, "c_nothing", "c_nothing.1"), refusal("conflict"));
    await scene.router.accept(ADA, c, offer);
    assert.equal(await scene.assignee(c), "ada");
  });

  test("who accepted cannot decline any more", async (t) => {
    const scene = await Scene.of(contract, t);
    await scene.comes(ADA);
    const c = await scene.asks();
    const offer = await scene.offer(ADA, c);
    await scene.router.accept(ADA, c, offer);
    await assert.rejects(scene.router.decline(ADA, c, offer), refusal("conflict"));
    assert.equal(await scene.assignee(c), "ada");
  });
};
