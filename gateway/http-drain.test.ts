import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { type TestContext, test } from "node:test";
import { VISITOR } from "../test/contract/broker/chat.js";
import { Gate } from "../test/support/gate.js";
import { GatewayStage } from "../test/support/gateway-stage.js";
import { begin, C } from "../test/support/timelines.js";
import { turns, watch } from "../test/support/until.js";
import { Http } from "./http.js";
import type { HttpAnswer } from "./request.js";

interface Scene {
  readonly stage: GatewayStage;
  readonly http: Http;
  readonly gate: Gate;
  send(mid: string): Promise<HttpAnswer>;
}

/** A visitor whose sends reach the timeline when the gate opens. */
async function scene(t: TestContext): Promise<Scene> {
  const stage = await GatewayStage.start(t);
  const gate = new Gate();
  await begin(stage.routing);
  const { timeline } = stage.gateway.context;
  const append = timeline.append.bind(timeline);
  t.mock.method(timeline, "append", async (draft: Parameters<typeof append>[0]) => gate.opened.then(() => append(draft)));
  const http = new Http(stage.gateway.context);
  const token = await stage.token(VISITOR);
  const headers: Record<string, string> = { host: "desk.example", authorization: `Bearer ${token}` };
  const send = (mid: string): Promise<HttpAnswer> => {
    const bytes = Buffer.from(JSON.stringify({ c: C, mid, kind: "text", body: { text: "last" } }));
    const asked = { method: "POST", path: "/v1/messages", query: new URLSearchParams(), address: "127.0.0.1" };
    return http.answer({ ...asked, header: (name) => headers[name], body: async () => bytes, content: () => Readable.from([bytes]) });
  };
  return { stage, http, gate, send };
}

test("a call that was taken is answered before the drain is over, one that comes later is told when to come again", async (t) => {
  const { http, gate, send } = await scene(t);
  const taken = send("m1");
  await turns();
  const drained = http.drain(10_000);
  const seen = watch(drained);
  const late = await send("m2");
  assert.deepEqual([late.status, late.headers["retry-after"], seen.state], [503, "1", "open"]);
  gate.open();
  await drained;
  assert.equal((await taken).status, 200);
});

test("a call that hangs does not take the time in which the others settle", async (t) => {
  const { stage, http, send } = await scene(t);
  void send("m1");
  await turns();
  const seen = watch(http.drain(2_000));
  await stage.timelines.clock.advance(999);
  assert.equal(seen.state, "open");
  await stage.timelines.clock.advance(1);
  assert.equal(seen.state, "resolved");
});
