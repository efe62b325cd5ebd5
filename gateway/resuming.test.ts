import assert from "node:assert/strict";
import { test } from "node:test";
import { VISITOR } from "../test/contract/broker/chat.js";
import { GatewayStage } from "../test/support/gateway-stage.js";
import { begin, C } from "../test/support/timelines.js";

/** The reply to a hello that resumes so many conversations nobody has, and one's own. */
async function resumed(t: Parameters<typeof GatewayStage.start>[0], strangers: number): Promise<ReadonlyMap<string, unknown>> {
  const stage = await GatewayStage.start(t);
  await begin(stage.routing);
  const names = Array.from({ length: strangers }, (_, i) => `c_stranger_${i}`);
  const client = stage.connect();
  const token = await stage.token(VISITOR);
  const reply = await client.ask("hello", { token, resume: Object.fromEntries([C, ...names].map((c) => [c, [1, 1]])) });
  const answers = Object.entries(reply["resumed"] as Record<string, { error?: { code: string } }>);
  return new Map(answers.map(([c, answer]) => [c, answer.error?.code ?? "resumed"]));
}

test("a client that resumes a few conversations which are not its own is told so of each", async (t) => {
  const answers = [...(await resumed(t, 7)).values()];
  assert.deepEqual(answers.sort(), [...Array(7).fill("not_found"), "resumed"]);
});

test("a client that guesses at conversations is answered a few guesses, and has to open the others one by one", async (t) => {
  const answers = [...(await resumed(t, 99)).values()];
  assert.equal(answers.length, 100);
  const guesses = answers.filter((answer) => answer === "not_found").length;
  assert.ok(guesses >= 8 && guesses <= 16, `${guesses} guesses were answered`);
  assert.equal(answers.filter((answer) => answer === "rate_limited").length, 100 - guesses);
});
