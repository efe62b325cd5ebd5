import assert from "node:assert/strict";
import { RULES } from "../../../router/state.js";
import { ADA, LIN, PROFILE, Scene } from "./scene.js";
import type { RouterSuite } from "./suite.js";

export const agentsSuite: RouterSuite = (contract) => {
  const { test } = contract;

  test("an agent that is gone beyond the grace loses what it holds to another one, with the reason", async (t) => {
    const scene = await Scene.of(contract, t);
    const c = await scene.held(ADA);
    await scene.router.agentGone(ADA);
    await scene.comes(LIN);
    scene.house.pass(RULES.grace_ms);
    await scene.offer(LIN, c);
    const entry = (await scene.entries(c)).at(-2);
    assert.deepEqual([entry?.body["event"], entry?.body["reason"], entry?.body["assignee"]], ["queued", "agent_lost", undefined]);
    await scene.accepts(LIN, c);
    assert.equal(await scene.assignee(c), "lin");
  });

  test("an agent that is back inside the grace keeps what it holds", async (t) => {
    const scene = await Scene.of(contract, t);
    const c = await scene.held(ADA);
    await scene.router.agentGone(ADA);
    scene.house.pass(RULES.grace_ms - 5_000);
    await scene.router.agentHere(ADA, PROFILE);
    scene.house.pass(RULES.grace_ms);
    await scene.router.queue(ADA);
    assert.equal(await scene.assignee(c), "ada");
  });

  test("an open offer is taken back when the agent's last socket is gone, and not before", async (t) => {
    const scene = await Scene.of(contract, t);
    await scene.comes(ADA);
    await scene.house.elsewhere.agentHere(ADA, PROFILE);
    const c = await scene.asks();
    await scene.offer(ADA, c);
    await scene.router.agentGone(ADA);
    assert.deepEqual(await scene.routed(c), ["queued", "offered"]);
    await scene.house.elsewhere.agentGone(ADA);
    await scene.becomes(c, "rescinded");
  });

  test("a gateway that is gone takes its agents with it, and no others", async (t) => {
    const scene = await Scene.of(contract, t);
    await scene.house.elsewhere.agentHere(ADA, PROFILE);
    await scene.house.elsewhere.status(ADA, { status: "online" });
    const c = await scene.asks();
    await scene.far.event(ADA, "offer", c);
    await scene.comes(LIN);
    await scene.house.loseElsewhere();
    await scene.offer(LIN, c);
    assert.equal((await scene.router.inbox(ADA)).own.status, "offline");
    assert.equal((await scene.router.inbox(LIN)).own.status, "online");
  });

  test("an agent who returns inside half an hour is told its restored status and is offered at once", async (t) => {
    const scene = await Scene.of(contract, t);
    await scene.comes(ADA);
    await scene.router.status(ADA, { status: "online", capacity: 7 });
    await scene.router.agentGone(ADA);
    const c = await scene.asks();
    scene.house.pass(RULES.remember_ms - 60_000);
    await scene.router.agentHere(ADA, PROFILE);
    assert.deepEqual(await scene.ear.event(ADA, "status"), { ev: "status", status: "online", reason: "restored" });
    await scene.offer(ADA, c);
    assert.equal((await scene.router.inbox(ADA)).own.capacity, 7);
  });

  test("an agent who returns later starts offline", async (t) => {
    const scene = await Scene.of(contract, t);
    await scene.comes(ADA);
    await scene.router.agentGone(ADA);
    scene.house.pass(RULES.remember_ms);
    await scene.router.agentHere(ADA, PROFILE);
    assert.equal((await scene.router.inbox(ADA)).own.status, "offline");
    assert.deepEqual(
      scene.ear.told(ADA).filter(({ ev }) => ev === "status"),
      [{ ev: "status", status: "online", reason: "set" }],
    );
  });
};
