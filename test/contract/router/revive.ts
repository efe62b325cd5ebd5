import assert from "node:assert/strict";
import { refusal } from "../../support/refusal.js";
import { ADA, LIN, Scene, VERA, visitor } from "./scene.js";
import type { RouterSuite } from "./suite.js";

export const reviveSuite: RouterSuite = (contract) => {
  const { test } = contract;

  test("a conversation whose window is lost goes on under a later epoch, with its assignee", async (t) => {
    const scene = await Scene.of(contract, t);
    const c = await scene.held(ADA);
    const before = (await scene.entries(c)).at(-1);
    await scene.house.isStored();
    scene.house.loseWindows();
    assert.equal(await scene.router.revive(VERA.tenant, c), "alive");
    const [barrier, asserted] = await scene.entries(c);
    assert.deepEqual([barrier?.pos[1], barrier?.body["event"], barrier?.body["version"]], [1, "barrier", undefined]);
    assert.ok((barrier?.pos[0] ?? 0) > (before?.pos[0] ?? 0), "a later epoch");
    assert.deepEqual(asserted?.body, { event: "asserted", reason: "new_life", state: "active", assignee: "ada", version: 4 });
  });

  test("many who ask for the same conversation at once get one life", async (t) => {
    const scene = await Scene.of(contract, t);
    const c = await scene.held(ADA);
    await scene.house.isStored();
    scene.house.loseWindows();
    const asked = [scene.router, scene.house.elsewhere, scene.router].map((router) => router.revive(VERA.tenant, c));
    assert.deepEqual(await Promise.all(asked), ["alive", "alive", "alive"]);
    assert.deepEqual(await scene.routed(c), ["barrier", "asserted ada"]);
  });

  test("what is decided after the loss goes on from what stood before it", async (t) => {
    const scene = await Scene.of(contract, t);
    const c = await scene.held(ADA);
    await scene.house.isStored();
    scene.house.loseWindows();
    await scene.comes(LIN);
    await scene.router.transfer(ADA, c, { agent: "lin" });
    await scene.accepts(LIN, c);
    assert.equal(await scene.assignee(c), "lin");
    assert.equal((await scene.router.inbox(ADA)).own.load, 0);
  });

  test("a note of a transfer and a reopening are said after the loss too", async (t) => {
    const scene = await Scene.of(contract, t);
    const [noted, closed] = [await scene.held(ADA), await scene.asks(visitor("wim"))];
    await scene.router.close(visitor("wim"), closed);
    await scene.house.isStored();
    scene.house.loseWindows();
    await scene.router.transfer(ADA, noted, { topic: "sales" }, "knows the price list");
    const said = (await scene.entries(noted)).map(({ kind, body }) => body["event"] ?? kind);
    assert.deepEqual(said.slice(0, 4), ["barrier", "asserted", "note", "transferred"]);
    assert.equal(await scene.asks(visitor("wim")), closed);
    assert.deepEqual((await scene.routed(closed)).slice(0, 3), ["barrier", "asserted", "reopened"]);
  });

  test("versions go on rising by one in the later life, and the agent is told the one of the entry", async (t) => {
    const scene = await Scene.of(contract, t);
    const c = await scene.held(ADA);
    await scene.house.isStored();
    scene.house.loseWindows();
    await scene.router.transfer(ADA, c, { topic: "sales" });
    const entries = await scene.entries(c);
    const versions = entries.slice(1).map(({ body }) => body["version"]);
    assert.deepEqual(
      versions,
      versions.map((_, i) => 4 + i),
    );
    const transferred = entries.find(({ body }) => body["event"] === "transferred");
    assert.equal((await scene.ear.event(ADA, "released", c)).version, transferred?.body["version"]);
  });

  test("a living conversation is left as it is", async (t) => {
    const scene = await Scene.of(contract, t);
    const c = await scene.held(ADA);
    const said = await scene.routed(c);
    assert.equal(await scene.router.revive(VERA.tenant, c), "alive");
    assert.deepEqual(await scene.routed(c), said);
  });

  test("a closed one needs no life", async (t) => {
    const scene = await Scene.of(contract, t);
    const c = await scene.asks();
    await scene.router.close(VERA, c);
    await scene.house.isStored();
    scene.house.loseWindows();
    assert.equal(await scene.router.revive(VERA.tenant, c), "closed");
  });

  test("one that never was, or is another tenant's, is not_found and does not begin to be", async (t) => {
    const scene = await Scene.of(contract, t);
    const c = await scene.asks();
    await assert.rejects(scene.router.revive(VERA.tenant, "c_nothing"), refusal("not_found"));
    await assert.rejects(scene.router.revive("other", c), refusal("not_found"));
    assert.deepEqual(await scene.house.timeline.life("c_nothing"), { at: "cold" });
  });
};
