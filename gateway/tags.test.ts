import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { DeskError } from "../lib/errors.js";
import { ADA, TENANT } from "../test/contract/broker/chat.js";
import { GatewayStage } from "../test/support/gateway-stage.js";
import { instead } from "../test/support/instead.js";
import { log } from "../test/support/log.js";
import { refusal } from "../test/support/refusal.js";
import { begin, C } from "../test/support/timelines.js";
import { Tags } from "./tags.js";

const SESSION = { tenant: TENANT, user: ADA, issued_at: 0, expires_at: 1 };

async function tagged(t: TestContext) {
  const stage = await GatewayStage.start(t);
  await begin(stage.routing, ADA);
  const { timeline, tags } = stage.gateway.context;
  const deaf = instead(stage.timelines.history, { conversation: () => Promise.reject(new DeskError("unavailable")) });
  return { stage, tags, withoutHistory: new Tags({ timeline, history: deaf, log }) };
}

test("what history is behind by is read from the window: a tag is there when it was answered", async (t) => {
  const { stage, tags } = await tagged(t);
  assert.deepEqual(await tags.change(SESSION, C, { add: ["b", "a"] }), ["a", "b"]);
  await stage.timelines.isStored();
  await stage.timelines.stopPersisting();
  assert.deepEqual(await tags.change(SESSION, C, { add: ["c"], remove: ["a"] }), ["b", "c"]);
  assert.deepEqual(await tags.shown(TENANT, C), ["b", "c"]);
  assert.deepEqual((await stage.timelines.store.conversation(TENANT, C))?.tags, ["a", "b"]);
});

test("without history a conversation is still shown, with what the window knows; tags are not changed on half the knowledge", async (t) => {
  const { tags, withoutHistory } = await tagged(t);
  await tags.change(SESSION, C, { add: ["a"] });
  assert.deepEqual(await withoutHistory.shown(TENANT, C), ["a"]);
  await assert.rejects(withoutHistory.change(SESSION, C, { add: ["b"] }), refusal("unavailable"));
});
