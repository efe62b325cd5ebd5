import assert from "node:assert/strict";
import { refusal } from "../../support/refusal.js";
import { ADA, agent, PROFILE, Scene } from "./scene.js";
import type { RouterSuite } from "./suite.js";

export const statusSuite: RouterSuite = (contract) => {
  const { test } = contract;

  test("an agent is told what holds: its status, its capacity inside the account's maximum, its load", async (t) => {
    const scene = await Scene.of(contract, t);
    await scene.router.agentHere(ADA, PROFILE);
    assert.deepEqual(await scene.router.status(ADA, { status: "online", capacity: 3 }), { status: "online", capacity: 3, load: 0 });
    await scene.held(ADA);
    assert.deepEqual(await scene.router.status(ADA, { status: "away", capacity: 400 }), { status: "away", capacity: 10, load: 1 });
    assert.deepEqual(await scene.router.status(ADA, { status: "offline" }), { status: "offline", capacity: 10, load: 1 });
  });

  test("calls that are under way together are all answered", async (t) => {
    const scene = await Scene.of(contract, t);
    const answers = await Promise.all([
      scene.router.agentHere(ADA, PROFILE),
      scene.router.status(ADA, { status: "online" }),
      scene.router.inbox(ADA),
      scene.router.status(ADA, { status: "away" }),
    ]);
    assert.deepEqual([answers.length, answers[3].status], [4, "away"]);
  });

  test("an agent that is not online is offered nothing", async (t) => {
    const scene = await Scene.of(contract, t);
    await scene.router.agentHere(ADA, PROFILE);
    await scene.router.status(ADA, { status: "away" });
    const c = await scene.asks();
    assert.deepEqual(await scene.routed(c), ["queued"]);
    await scene.router.status(ADA, { status: "online" });
    await scene.offer(ADA, c);
  });

  test("an agent may narrow its skills", async (t) => {
    const scene = await Scene.of(contract, t);
    await scene.comes(ADA, { skills: ["en", "zh"] });
    await scene.router.status(ADA, { status: "online", skills: ["zh"] });
    const { c } = await scene.router.open({ ...ADA, user: { id: "vera", role: "visitor", name: "Vera" } }, { skills: ["en"] });
    assert.deepEqual(await scene.routed(c), ["queued"]);
    await scene.router.status(ADA, { status: "online", skills: ["en", "zh"] });
    await scene.offer(ADA, c);
  });

  test("the agent's other devices are told, the one that wished is not", async (t) => {
    const scene = await Scene.of(contract, t);
    await scene.comes(ADA);
    await scene.router.status(ADA, { status: "away", session: "s_1" });
    assert.deepEqual((await scene.ear.event(ADA, "status")).status, "away");
    assert.equal(scene.ear.pushes.at(-1)?.except, "s_1");
  });

  test("an agent that no gateway declared is told to try again", async (t) => {
    const scene = await Scene.of(contract, t);
    await assert.rejects(scene.router.status(agent("stranger"), { status: "online" }), refusal("unavailable"));
  });
};
