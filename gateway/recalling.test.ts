import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { Position } from "../proto/position.js";
import { ADA, VISITOR } from "../test/contract/broker/chat.js";
import { GatewayStage, type PlainClient } from "../test/support/gateway-stage.js";
import type { Frame } from "../test/support/peer.js";
import { begin, C } from "../test/support/timelines.js";

async function talking(t: TestContext): Promise<{ readonly stage: GatewayStage; readonly visitor: PlainClient }> {
  const stage = await GatewayStage.start(t);
  await begin(stage.routing, ADA);
  return { stage, visitor: await stage.client(VISITOR) };
}

const text = (mid: string) => ({ c: C, mid, kind: "text", body: { text: mid } });
const recall = (target: string, mid = `r ${target}`, since?: Position) => ({
  c: C,
  mid,
  kind: "recall",
  body: { mid: target },
  ...(since && { since }),
});

test("two minutes after it was said a message is taken back, and a moment later no more; a recall said in time has its place for ever", async (t) => {
  const { stage, visitor } = await talking(t);
  const { clock } = stage.timelines;
  await visitor.ask("send", text("m1"));
  await visitor.ask("send", text("m2"));
  await clock.advance(120_000);
  const taken = await visitor.ask("send", recall("m1"));
  assert.ok(taken["pos"], JSON.stringify(taken));
  await clock.advance(1);
  assert.equal(await visitor.refusal("send", recall("m2")), "forbidden");
  assert.deepEqual((await visitor.ask("send", recall("m1")))["pos"], taken["pos"]);
});

test("what the window holds no more is found in history, with who saw it", async (t) => {
  const { stage, visitor } = await talking(t);
  const agent = await stage.client(ADA);
  const note = { c: C, mid: "n1", kind: "note", body: { text: "a regular" } };
  const { pos } = await agent.ask("send", note);
  for (let i = 0; i < 210; i++) await stage.gateway.context.timeline.post(said(i, pos as Position));
  const { pos: at, error } = await agent.ask("send", recall("n1", "r1", pos as Position));
  assert.deepEqual([error, (at as Position)[1]], [undefined, (pos as Position)[1] + 211]);
  await stage.timelines.isStored();
  const page = await stage.timelines.history.page({ tenant: "shop", c: C, after: [0, 0], limit: 3 });
  assert.deepEqual(JSON.parse(page.rows.at(-1)?.entry?.frame ?? "{}").body, { recalled: true });
  const forVisitor = await visitor.ask("history", { c: C, limit: 1 });
  assert.deepEqual(
    (forVisitor["messages"] as Frame[]).map(({ kind }) => kind),
    ["hidden"],
  );
});

const said = (i: number, since: Position) => ({
  tenant: "shop",
  c: C,
  from: VISITOR,
  mid: `x${i}`,
  kind: "text",
  body: { text: "x" },
  since,
});
