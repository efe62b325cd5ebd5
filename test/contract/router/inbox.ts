import assert from "node:assert/strict";
import { OFFER_MS } from "../../support/router-house.js";
import { ADA, LIN, Scene, visitor } from "./scene.js";
import type { RouterSuite } from "./suite.js";

export const inboxSuite: RouterSuite = (contract) => {
  const { test } = contract;

  test("it has what the agent holds and what it is offered", async (t) => {
    const scene = await Scene.of(contract, t);
    const held = await scene.held(ADA);
    const { c } = await scene.router.open(visitor("wim"), { topic: "sales", skills: ["en"], attributes: { page: "/a" } });
    const offer = await scene.offer(ADA, c);
    scene.house.pass(5_000);
    const { own, conversations, offers } = await scene.router.inbox(ADA);
    assert.deepEqual(own, { status: "online", capacity: 5, load: 1 });
    assert.deepEqual(
      conversations.map(({ c, state, visitor, ask }) => ({ c, state, visitor: visitor.id, ask })),
      [{ c: held, state: "active", visitor: "vera", ask: { topic: "support" } }],
    );
    const [shown] = offers;
    const { expires_ms = 0, waited_ms = 0, ...rest } = shown ?? {};
    assert.deepEqual(rest, { c, offer, visitor: visitor("wim").user, ask: { topic: "sales", skills: ["en"], attributes: { page: "/a" } } });
    assert.ok(waited_ms >= 5_000 && expires_ms > 0 && expires_ms <= OFFER_MS - 5_000, `${expires_ms} ms of ${waited_ms} ms`);
  });

  test("it is one for all gateways, and empty for who has nothing", async (t) => {
    const scene = await Scene.of(contract, t);
    await scene.held(ADA);
    const [here, there] = [await scene.router.inbox(ADA), await scene.house.elsewhere.inbox(ADA)];
    assert.deepEqual(here, there);
    const none = await scene.router.inbox(LIN);
    assert.deepEqual([none.conversations, none.offers], [[], []]);
  });

  test("what ended is not in it any more", async (t) => {
    const scene = await Scene.of(contract, t);
    const c = await scene.held(ADA);
    await scene.router.transfer(ADA, c, { topic: "sales" });
    const { conversations, offers } = await scene.router.inbox(ADA);
    assert.deepEqual([conversations, offers], [[], []]);
  });
};
