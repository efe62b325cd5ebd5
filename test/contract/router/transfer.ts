import assert from "node:assert/strict";
import { refusal } from "../../support/refusal.js";
import { ADA, LIN, MAX, Scene, SUN, VERA } from "./scene.js";
import type { RouterSuite } from "./suite.js";

export const transferSuite: RouterSuite = (contract) => {
  const { test } = contract;

  test("a transfer to an agent releases the sender at once and offers it to that agent", async (t) => {
    const scene = await Scene.of(contract, t);
    const c = await scene.held(ADA);
    await scene.comes(LIN);
    await scene.comes(MAX);
    await scene.router.transfer(ADA, c, { agent: "max" });
    assert.equal(await scene.assignee(c), undefined);
    await scene.offer(MAX, c);
    assert.deepEqual((await scene.routed(c)).slice(3), ["transferred", "offered"]);
    assert.equal((await scene.ear.event(ADA, "released", c)).reason, "transfer_to_agent");
    await scene.accepts(MAX, c);
    assert.equal(await scene.assignee(c), "max");
  });

  test("a transfer that the agent declines goes to the queue of its topic", async (t) => {
    const scene = await Scene.of(contract, t);
    const c = await scene.held(ADA);
    await scene.comes(LIN);
    await scene.comes(MAX);
    await scene.router.transfer(ADA, c, { agent: "max" });
    await scene.router.decline(MAX, c, await scene.offer(MAX, c));
    await scene.offer(LIN, c);
  });

  test("a transfer to a topic asks that topic's agents", async (t) => {
    const scene = await Scene.of(contract, t);
    const c = await scene.held(ADA);
    await scene.comes(LIN, { topics: ["support"] });
    await scene.comes(MAX, { topics: ["sales"] });
    await scene.router.transfer(ADA, c, { topic: "sales" });
    assert.equal((await scene.ear.event(MAX, "offer", c)).ask.topic, "sales");
  });

  test("a transfer to skills asks an agent who has them", async (t) => {
    const scene = await Scene.of(contract, t);
    const c = await scene.held(ADA);
    await scene.comes(LIN);
    await scene.comes(MAX, { skills: ["en", "zh"] });
    await scene.router.transfer(ADA, c, { skills: ["zh"] });
    await scene.offer(MAX, c);
  });

  test("what the sender notes stands in front of the entry that releases it", async (t) => {
    const scene = await Scene.of(contract, t);
    const c = await scene.held(ADA);
    await scene.router.transfer(ADA, c, { topic: "sales" }, "knows the price list");
    const [note, entry] = (await scene.entries(c)).slice(3);
    assert.deepEqual(
      [note?.kind, note?.from.id, note?.body, entry?.body["event"]],
      ["note", "ada", { text: "knows the price list" }, "transferred"],
    );
  });

  test("who does not hold it cannot hand it on; a supervisor can", async (t) => {
    const scene = await Scene.of(contract, t);
    const c = await scene.held(ADA);
    await assert.rejects(scene.router.transfer(LIN, c, { topic: "sales" }), refusal("not_assigned"));
    assert.equal(await scene.assignee(c), "ada");
    await scene.router.transfer(SUN, c, { topic: "sales" });
    assert.equal(await scene.assignee(c), undefined);
    await scene.ear.event(ADA, "released", c);
  });

  test("a repeated transfer is answered as done and does nothing; another one is not_assigned", async (t) => {
    const scene = await Scene.of(contract, t);
    const c = await scene.held(ADA);
    await scene.router.transfer(ADA, c, { topic: "sales" });
    const said = await scene.routed(c);
    await scene.router.transfer(ADA, c, { topic: "sales" });
    await assert.rejects(scene.router.transfer(ADA, c, { agent: "lin" }), refusal("not_assigned"));
    assert.deepEqual(await scene.routed(c), said);
  });

  test("nobody, somebody unknown and its own holder are no targets", async (t) => {
    const scene = await Scene.of(contract, t);
    const c = await scene.held(ADA);
    const refused = async (to: object, code: Parameters<typeof refusal>[0]) =>
      assert.rejects(scene.router.transfer(ADA, c, to), refusal(code), JSON.stringify(to));
    await refused({}, "bad_request");
    await refused({ agent: "nobody" }, "not_found");
    await refused({ topic: "nothing" }, "not_found");
    await refused({ agent: "ada" }, "conflict");
    assert.equal(await scene.assignee(c), "ada");
  });

  test("a closed conversation is handed to nobody", async (t) => {
    const scene = await Scene.of(contract, t);
    const c = await scene.held(ADA);
    await scene.router.close(VERA, c);
    await assert.rejects(scene.router.transfer(ADA, c, { topic: "sales" }), refusal("closed"));
  });
};
