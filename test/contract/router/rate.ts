import assert from "node:assert/strict";
import { refusal } from "../../support/refusal.js";
import { ADA, Scene, VERA, visitor } from "./scene.js";
import type { RouterSuite } from "./suite.js";

export const rateSuite: RouterSuite = (contract) => {
  const { test } = contract;

  test("the visitor rates its conversation, open or closed", async (t) => {
    const scene = await Scene.of(contract, t);
    const c = await scene.held(ADA);
    await scene.router.rate(VERA, c, 4);
    await scene.router.close(VERA, c);
    await scene.router.rate(VERA, c, 5, "quick");
    const rated = (await scene.entries(c)).filter(({ kind }) => kind === "system");
    assert.deepEqual(
      rated.map(({ body }) => body),
      [
        { code: "rated", score: 4 },
        { code: "rated", score: 5, comment: "quick" },
      ],
    );
  });

  test("nobody else can", async (t) => {
    const scene = await Scene.of(contract, t);
    const c = await scene.held(ADA);
    for (const who of [visitor("wim"), ADA]) await assert.rejects(scene.router.rate(who, c, 1), refusal("not_found"));
    await assert.rejects(scene.router.rate(VERA, "c_nothing", 1), refusal("not_found"));
  });
};
