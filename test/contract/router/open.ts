import assert from "node:assert/strict";
import { RULES } from "../../../router/state.js";
import { refusal } from "../../support/refusal.js";
import { REOPEN_MS } from "../../support/router-house.js";
import { ADA, Scene, VERA, visitor } from "./scene.js";
import type { RouterSuite } from "./suite.js";

export const openSuite: RouterSuite = (contract) => {
  const { test } = contract;

  test("a visitor who asks gets a conversation that begins with queued", async (t) => {
    const scene = await Scene.of(contract, t);
    const c = await scene.asks();
    const [first, ...others] = await scene.entries(c);
    assert.deepEqual([first?.pos[1], first?.body, others], [1, { event: "queued", reason: "asked", state: "queued", version: 1 }, []]);
  });

  test("two tabs that ask the same topic at the same time get the same conversation", async (t) => {
    const scene = await Scene.of(contract, t);
    const tabs = [scene.router, scene.house.elsewhere, scene.router, scene.house.elsewhere];
    const opened = await Promise.all(tabs.map((tab) => tab.open(VERA, { topic: "support" })));
    assert.equal(new Set(opened.map(({ c }) => c)).size, 1);
    assert.deepEqual(await scene.routed(opened[0]?.c as string), ["queued"]);
  });

  test("another topic, another visitor and another tenant are other conversations", async (t) => {
    const scene = await Scene.of(contract, t);
    const opened = [
      await scene.asks(),
      await scene.asks(VERA, "sales"),
      await scene.asks(visitor("wim")),
      await scene.asks(visitor("vera", "other")),
    ];
    assert.equal(new Set(opened).size, 4);
  });

  test("without a topic it is the tenant's default topic", async (t) => {
    const scene = await Scene.of(contract, t);
    assert.equal(await scene.asks(), await scene.asks(VERA, "support"));
  });

  test("a topic or a tenant that is not there is not_found", async (t) => {
    const scene = await Scene.of(contract, t);
    for (const topic of ["nothing", "closed"]) await assert.rejects(scene.asks(VERA, topic), refusal("not_found"));
    await assert.rejects(scene.asks(visitor("vera", "nobody")), refusal("not_found"));
  });

  test("attributes beyond their limit are too_large, also when they grow from ask to ask, and what was kept stays", async (t) => {
    const scene = await Scene.of(contract, t);
    const attributes = (name: string) => ({ [name]: "x".repeat(RULES.attributes_bytes / 2) });
    const { c } = await scene.router.open(VERA, { attributes: attributes("a") });
    await assert.rejects(scene.router.open(VERA, { attributes: attributes("b") }), refusal("too_large"));
    assert.equal((await scene.router.open(VERA, { attributes: { plan: "gold" } })).c, c);
    await assert.rejects(
      scene.router.open(visitor("wim"), { attributes: { ...attributes("a"), ...attributes("b") } }),
      refusal("too_large"),
    );
  });

  test("who is no visitor cannot ask", async (t) => {
    const scene = await Scene.of(contract, t);
    await assert.rejects(scene.asks(ADA), refusal("forbidden"));
  });

  test("asking for what is open adds attributes to it, and the agent sees them", async (t) => {
    const scene = await Scene.of(contract, t);
    const { c } = await scene.router.open(VERA, { attributes: { page: "/a", cart: 2 } });
    await scene.router.open(VERA, { attributes: { page: "/b" }, priority: 9 });
    await scene.comes(ADA);
    const { ask } = await scene.ear.event(ADA, "offer", c);
    assert.deepEqual(ask, { topic: "support", attributes: { page: "/b", cart: 2 } });
  });

  test("inside the reopen window the closed conversation goes on, its positions upwards", async (t) => {
    const scene = await Scene.of(contract, t);
    const c = await scene.asks();
    const { pos } = await scene.router.close(VERA, c);
    scene.house.pass(REOPEN_MS - 10_000);
    assert.equal(await scene.asks(), c);
    const last = (await scene.entries(c)).at(-1);
    assert.deepEqual(
      [last?.pos, last?.body],
      [[pos[0], pos[1] + 1], { event: "reopened", reason: "asked_again", state: "queued", version: 3 }],
    );
  });

  test("of two closed ones on one topic the one closed last is reopened", async (t) => {
    const scene = await Scene.of(contract, t);
    const moved = await scene.held(ADA);
    const last = await scene.asks(VERA, "sales");
    await scene.router.transfer(ADA, moved, { topic: "sales" });
    await scene.router.close(VERA, moved);
    scene.house.pass(1_000);
    await scene.router.close(VERA, last);
    assert.equal(await scene.asks(VERA, "sales"), last);
  });

  test("beyond the reopen window it is a new conversation", async (t) => {
    const scene = await Scene.of(contract, t);
    const c = await scene.asks();
    await scene.router.close(VERA, c);
    scene.house.pass(REOPEN_MS);
    const next = await scene.asks();
    assert.notEqual(next, c);
    assert.deepEqual(await scene.routed(next), ["queued"]);
  });
};
