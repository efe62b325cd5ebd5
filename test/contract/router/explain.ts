import assert from "node:assert/strict";
import { ADA, LIN, Scene, VERA } from "./scene.js";
import type { RouterSuite } from "./suite.js";

export const explainSuite: RouterSuite = (contract) => {
  const { test } = contract;

  test("every decision is there in order, with its reason, its agent and who was passed over", async (t) => {
    const scene = await Scene.of(contract, t);
    await scene.comes(ADA);
    await scene.router.agentHere(LIN, { skills: [], topics: ["sales"], capacity: 1, capacity_max: 1 });
    const c = await scene.asks();
    await scene.accepts(ADA, c);
    await scene.router.close(VERA, c, "thanks");
    const decisions = await scene.router.explain(VERA.tenant, c);
    assert.deepEqual(
      decisions.map(({ event, reason, agent, version }) => [event, reason, agent, version]),
      [
        ["queued", "asked", undefined, 1],
        ["offered", "longest_idle", "ada", 2],
        ["assigned", "accepted", "ada", 3],
        ["closed", "closed_by_visitor", "ada", 4],
      ],
    );
    assert.deepEqual(decisions[1]?.passed, [{ agent: "lin", reason: "topic" }]);
    assert.deepEqual(decisions[3]?.detail, { by: "vera", why: "thanks" });
    assert.ok(decisions.every(({ policy, id, at }) => policy !== "" && id !== "" && at > 0));
  });

  test("why nobody was asked is there for every agent", async (t) => {
    const scene = await Scene.of(contract, t);
    await scene.comes(ADA, { capacity: 0 });
    await scene.comes(LIN);
    await scene.router.status(LIN, { status: "away" });
    const c = await scene.asks();
    const [queued] = await scene.router.explain(VERA.tenant, c);
    assert.deepEqual(queued?.passed, [
      { agent: "ada", reason: "no_capacity" },
      { agent: "lin", reason: "away" },
    ]);
  });

  test("a conversation nobody decided about has no decisions, nor has another tenant's", async (t) => {
    const scene = await Scene.of(contract, t);
    const c = await scene.asks();
    assert.deepEqual(await scene.router.explain(VERA.tenant, "c_nothing"), []);
    assert.deepEqual(await scene.router.explain("other", c), []);
  });
};
