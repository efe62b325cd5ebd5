import assert from "node:assert/strict";
import { refusal } from "../../support/refusal.js";
import { REOPEN_MS } from "../../support/router-house.js";
import { ADA, LIN, Scene, VERA, visitor } from "./scene.js";
import type { RouterSuite } from "./suite.js";

const NORA = visitor("nora");

export const identifySuite: RouterSuite = (contract) => {
  const { test } = contract;

  test("what a visitor has open is the known one's when the reply comes: its timeline says so, and the old one stays a member", async (t) => {
    const scene = await Scene.of(contract, t);
    const c = await scene.held(ADA);
    const waits = await scene.asks(VERA, "sales");
    await scene.router.identify(VERA, NORA.user);
    for (const each of [c, waits]) assert.deepEqual(await whose(scene, each), ["nora", ["vera", "nora"]]);
    const entry = (await scene.entries(c)).at(-1);
    const body = { event: "identified", reason: "identified", state: "active", assignee: "ada", visitor: NORA.user, version: 4 };
    assert.deepEqual(entry?.body, body);
    const [held] = (await scene.router.inbox(ADA)).conversations;
    assert.deepEqual([held?.c, held?.visitor], [c, NORA.user]);
  });

  test("the known visitor's ask finds what the other one had opened", async (t) => {
    const scene = await Scene.of(contract, t);
    const c = await scene.asks();
    await scene.router.identify(VERA, NORA.user);
    assert.equal(await scene.asks(NORA), c);
    assert.notEqual(await scene.asks(VERA), c);
  });

  test("what was closed a moment ago is the known visitor's to reopen; beyond the reopen window it stays where it was", async (t) => {
    const scene = await Scene.of(contract, t);
    const old = await scene.asks(VERA, "sales");
    await scene.router.close(VERA, old);
    scene.house.pass(REOPEN_MS);
    const c = await scene.asks();
    await scene.router.close(VERA, c);
    await scene.router.identify(VERA, NORA.user);
    assert.equal(await scene.asks(NORA), c);
    assert.deepEqual(await scene.routed(c), ["queued", "closed", "identified", "reopened"]);
    assert.deepEqual(await scene.routed(old), ["queued", "closed"]);
  });

  test("both may close and rate it, and nobody else", async (t) => {
    const scene = await Scene.of(contract, t);
    const c = await scene.asks();
    const later = await scene.asks(VERA, "sales");
    await scene.router.identify(VERA, NORA.user);
    await assert.rejects(scene.router.close(visitor("wim"), c), refusal("not_found"));
    await scene.router.close(VERA, c);
    await scene.router.close(NORA, later);
    for (const who of [VERA, NORA]) await scene.router.rate(who, c, 5);
  });

  test("twice, and at once from two gateways, is harmless", async (t) => {
    const scene = await Scene.of(contract, t);
    const c = await scene.asks();
    await Promise.all([scene.router.identify(VERA, NORA.user), scene.house.elsewhere.identify(VERA, NORA.user)]);
    await scene.router.identify(VERA, NORA.user);
    await scene.router.identify(NORA, NORA.user);
    assert.deepEqual(await scene.routed(c), ["queued", "identified"]);
  });

  test("a visitor who has nothing is identified too, and who is no visitor is not", async (t) => {
    const scene = await Scene.of(contract, t);
    await scene.router.identify(VERA, NORA.user);
    await assert.rejects(scene.router.identify(VERA, ADA.user), refusal("forbidden"));
    await assert.rejects(scene.router.identify(ADA, NORA.user), refusal("forbidden"));
  });

  test("when every window was lost, what was said of whose it is stands all the same", async (t) => {
    const scene = await Scene.of(contract, t);
    const c = await scene.held(ADA);
    await scene.router.identify(VERA, NORA.user);
    await scene.house.isStored();
    scene.house.loseWindows();
    await scene.router.revive(VERA.tenant, c);
    assert.deepEqual(await whose(scene, c), ["nora", ["vera", "nora"]]);
    await scene.comes(LIN);
    await scene.router.transfer(ADA, c, { agent: "lin" });
    assert.equal((await scene.ear.event(LIN, "offer", c)).visitor.id, "nora");
  });
};

/** Whose the conversation is, and all the visitors who have a part in it. */
async function whose(scene: Scene, c: string): Promise<unknown[]> {
  const life = await scene.house.timeline.life(c);
  const { visitor, members = [] } = (life.at === "life" && life.authority) || {};
  return [visitor?.id, members.filter(({ role }) => role === "visitor").map(({ id }) => id)];
}
