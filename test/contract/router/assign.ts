import assert from "node:assert/strict";
import { refusal } from "../../support/refusal.js";
import { PICK } from "../../support/router-house.js";
import { ADA, LIN, MAX, PROFILE, Scene, SUN, VERA } from "./scene.js";
import type { RouterSuite } from "./suite.js";

export const assignSuite: RouterSuite = (contract) => {
  const { test } = contract;

  test("a supervisor takes a conversation over: it holds it when the reply comes, and who held it is released", async (t) => {
    const scene = await Scene.of(contract, t);
    const c = await scene.held(ADA);
    await scene.router.agentHere(SUN, PROFILE);
    await scene.router.assign(SUN, c, "sun");
    assert.deepEqual((await scene.routed(c)).at(-1), "assigned sun");
    assert.deepEqual(await scene.ear.event(ADA, "released", c), { ev: "released", c, reason: "taken_over", version: 4 });
    assert.deepEqual(await scene.ear.event(SUN, "assigned", c), { ev: "assigned", c, reason: "taken_over", version: 4 });
    assert.deepEqual([(await scene.router.inbox(ADA)).own.load, (await scene.router.inbox(SUN)).own.load], [0, 1]);
  });

  test("a supervisor gives what is offered to one agent to another: the offer ends, and both are told", async (t) => {
    const scene = await Scene.of(contract, t);
    await scene.comes(ADA);
    const c = await scene.asks();
    const offer = await scene.offer(ADA, c);
    await scene.comes(LIN);
    await scene.router.assign(SUN, c, "lin");
    assert.deepEqual(await scene.routed(c), ["queued", "offered", "assigned lin"]);
    assert.deepEqual(await scene.ear.event(ADA, "offer_end", c), { ev: "offer_end", c, offer, reason: "rescinded" });
    assert.equal((await scene.ear.event(LIN, "assigned", c)).reason, "assigned_by_supervisor");
    await assert.rejects(scene.router.accept(ADA, c, offer), refusal("conflict"));
  });

  test("an agent picks who waits on a topic that allows it, and no other", async (t) => {
    const scene = await Scene.of(contract, t);
    await scene.comes(ADA, { capacity: 0, capacity_max: 5 });
    await scene.router.agentHere(LIN, PROFILE);
    const picked = await scene.asks(VERA, PICK);
    const kept = await scene.asks();
    await scene.router.assign(LIN, picked, "lin");
    assert.equal(await scene.assignee(picked), "lin");
    const assigned = (await scene.router.explain(VERA.tenant, picked)).at(-1);
    assert.deepEqual([assigned?.reason, assigned?.agent, assigned?.detail], ["picked", "lin", { by: "lin" }]);
    await assert.rejects(scene.router.assign(LIN, kept, "lin"), refusal("forbidden"));
    assert.deepEqual(await scene.routed(kept), ["queued"]);
  });

  test("an agent picks neither for others nor what somebody holds, nor beyond its topics", async (t) => {
    const scene = await Scene.of(contract, t);
    await scene.comes(ADA);
    const c = await scene.asks(VERA, PICK);
    await scene.router.agentHere(LIN, PROFILE);
    await scene.router.agentHere(MAX, { ...PROFILE, topics: ["sales"] });
    await assert.rejects(scene.router.assign(LIN, c, "ada"), refusal("forbidden"));
    await assert.rejects(scene.router.assign(MAX, c, "max"), refusal("forbidden"));
    await scene.accepts(ADA, c);
    await assert.rejects(scene.router.assign(LIN, c, "lin"), refusal("forbidden"));
    assert.equal(await scene.assignee(c), "ada");
  });

  test("who is away, not here or without room is given nothing; a supervisor takes whatever its status", async (t) => {
    const scene = await Scene.of(contract, t);
    const c = await scene.asks();
    const refused = (agent: string) => assert.rejects(scene.router.assign(SUN, c, agent), refusal("conflict"), agent);
    await refused("max");
    await scene.router.agentHere(LIN, PROFILE);
    await refused("lin");
    await scene.comes(ADA, { capacity: 0 });
    await refused("ada");
    await refused("sun");
    await assert.rejects(scene.router.assign(SUN, c, "nobody"), refusal("not_found"));
    await scene.router.agentHere(SUN, { ...PROFILE, capacity: 1 });
    await scene.router.assign(SUN, c, "sun");
    const other = await scene.asks(VERA, "sales");
    await assert.rejects(scene.router.assign(SUN, other, "sun"), refusal("conflict"));
    assert.deepEqual([await scene.assignee(c), (await scene.router.inbox(SUN)).own], ["sun", { status: "offline", capacity: 1, load: 1 }]);
  });

  test("twice is harmless, at once from two gateways too, also for who is full with it", async (t) => {
    const scene = await Scene.of(contract, t);
    const c = await scene.held(ADA);
    await scene.router.agentHere(SUN, { ...PROFILE, capacity: 1 });
    await Promise.all([scene.router.assign(SUN, c, "sun"), scene.house.elsewhere.assign(SUN, c, "sun")]);
    await scene.router.assign(SUN, c, "sun");
    assert.deepEqual((await scene.routed(c)).slice(2), ["assigned ada", "assigned sun"]);
  });

  test("a closed conversation is given to nobody, and one that never was is not_found", async (t) => {
    const scene = await Scene.of(contract, t);
    const c = await scene.held(ADA);
    await scene.router.close(VERA, c);
    await scene.router.agentHere(SUN, PROFILE);
    await assert.rejects(scene.router.assign(SUN, c, "sun"), refusal("closed"));
    await assert.rejects(scene.router.assign(SUN, "c_nothing", "sun"), refusal("not_found"));
  });
};
