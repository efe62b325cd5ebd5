import assert from "node:assert/strict";
import { OFFER_MS } from "../../support/router-house.js";
import { ADA, agent, LIN, PROFILE, Scene, VERA, visitor } from "./scene.js";
import type { RouterSuite } from "./suite.js";

export const listenSuite: RouterSuite = (contract) => {
  const { test } = contract;

  test("an offer is shown as the protocol has it, after its entry", async (t) => {
    const scene = await Scene.of(contract, t);
    await scene.comes(ADA);
    const { c } = await scene.router.open(VERA, { priority: 2, skills: ["en"], attributes: { page: "/价格" } });
    const { waited_ms, offer, ...shown } = await scene.ear.event(ADA, "offer");
    const ask = { topic: "support", priority: 2, skills: ["en"], attributes: { page: "/价格" } };
    assert.deepEqual(shown, { ev: "offer", c, expires_ms: OFFER_MS, visitor: VERA.user, ask });
    assert.deepEqual([typeof offer, waited_ms >= 0, (await scene.routed(c)).at(-1)], ["string", true, "offered"]);
  });

  test("every gateway where the agent has sockets is told, and no other agent is", async (t) => {
    const scene = await Scene.of(contract, t);
    await scene.comes(ADA);
    await scene.house.elsewhere.agentHere(ADA, PROFILE);
    await scene.house.elsewhere.agentHere(LIN, PROFILE);
    const c = await scene.asks();
    await scene.offer(ADA, c);
    await scene.far.event(ADA, "offer", c);
    assert.deepEqual(scene.far.told(LIN), []);
  });

  test("an agent of the same name at another tenant is another agent", async (t) => {
    const scene = await Scene.of(contract, t);
    await scene.comes(ADA);
    const c = await scene.asks(visitor("vera", "other"));
    assert.deepEqual([await scene.routed(c), scene.ear.told(ADA).filter(({ ev }) => ev === "offer")], [["queued"], []]);
  });

  test("an offer that runs out ends with timeout, and its agent is told that it is away", async (t) => {
    const scene = await Scene.of(contract, t);
    await scene.comes(ADA);
    const c = await scene.asks();
    const offer = await scene.offer(ADA, c);
    scene.house.pass(OFFER_MS);
    assert.deepEqual(await scene.ear.event(ADA, "offer_end", c), { ev: "offer_end", c, offer, reason: "timeout" });
    assert.deepEqual(await scene.ear.event(ADA, "status"), { ev: "status", status: "away", reason: "missed_offer" });
    assert.equal((await scene.router.inbox(ADA)).own.status, "away");
  });

  test("where the tenant wants it so, an agent who let an offer pass stays online", async (t) => {
    const scene = await Scene.of(contract, t);
    const ada = agent("ada", "agent", "other");
    await scene.comes(ada);
    const c = await scene.asks(visitor("vera", "other"));
    await scene.offer(ada, c);
    scene.house.pass(OFFER_MS);
    await scene.ear.event(ada, "offer_end", c);
    assert.equal((await scene.router.inbox(ada)).own.status, "online");
  });
};
