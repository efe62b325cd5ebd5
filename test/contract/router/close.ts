import assert from "node:assert/strict";
import { refusal } from "../../support/refusal.js";
import { REOPEN_MS } from "../../support/router-house.js";
import { ADA, LIN, Scene, SUN, VERA, visitor } from "./scene.js";
import type { RouterSuite } from "./suite.js";

export const closeSuite: RouterSuite = (contract) => {
  const { test } = contract;

  test("the visitor, the assignee and a supervisor may close, and are told where it stands", async (t) => {
    const scene = await Scene.of(contract, t);
    for (const who of [VERA, ADA, SUN]) {
      const c = await scene.held(ADA, VERA);
      const { pos } = await scene.router.close(who, c, "done");
      const last = (await scene.entries(c)).at(-1);
      assert.deepEqual([last?.pos, last?.body["event"], last?.body["reason"]], [pos, "closed", `closed_by_${who.user.role}`]);
      scene.house.pass(REOPEN_MS);
    }
  });

  test("its agent is told that it is released, and its load is less", async (t) => {
    const scene = await Scene.of(contract, t);
    const c = await scene.held(ADA);
    await scene.router.close(VERA, c);
    assert.equal((await scene.ear.event(ADA, "released", c)).reason, "closed_by_visitor");
    assert.equal((await scene.router.inbox(ADA)).own.load, 0);
  });

  test("closing what is offered ends the offer", async (t) => {
    const scene = await Scene.of(contract, t);
    await scene.comes(ADA);
    const c = await scene.asks();
    const offer = await scene.offer(ADA, c);
    await scene.router.close(VERA, c);
    assert.deepEqual(await scene.ear.event(ADA, "offer_end", c), { ev: "offer_end", c, offer, reason: "rescinded" });
  });

  test("twice is harmless: one entry, and both are told its position", async (t) => {
    const scene = await Scene.of(contract, t);
    const c = await scene.held(ADA);
    const [one, two] = await Promise.all([scene.router.close(VERA, c), scene.house.elsewhere.close(ADA, c)]);
    const later = await scene.router.close(VERA, c);
    const closing = (await scene.entries(c)).filter(({ body }) => body["event"] === "closed");
    assert.deepEqual([[one.pos], [two.pos], [later.pos]], [[closing[0]?.pos], [closing[0]?.pos], closing.map(({ pos }) => pos)]);
  });

  test("one that was closed long ago is told its position too", async (t) => {
    const scene = await Scene.of(contract, t);
    const c = await scene.asks();
    const { pos } = await scene.router.close(VERA, c);
    scene.house.pass(2 * REOPEN_MS);
    await scene.asks();
    await scene.house.isStored();
    assert.deepEqual(await scene.router.close(VERA, c), { pos });
  });

  test("who has nothing to do with it cannot close it, before or after", async (t) => {
    const scene = await Scene.of(contract, t);
    const c = await scene.held(ADA);
    const refused = async (): Promise<void> => {
      await assert.rejects(scene.router.close(visitor("wim"), c), refusal("not_found"));
      await assert.rejects(scene.router.close(LIN, c), refusal("not_assigned"));
    };
    await refused();
    await scene.router.close(VERA, c);
    await refused();
    await assert.rejects(scene.router.close(VERA, "c_nothing"), refusal("not_found"));
  });

  test("an agent who held it once and does not any more is not_assigned", async (t) => {
    const scene = await Scene.of(contract, t);
    const c = await scene.held(ADA);
    await scene.router.transfer(ADA, c, { topic: "sales" });
    await assert.rejects(scene.router.close(ADA, c), refusal("not_assigned"));
  });
};
