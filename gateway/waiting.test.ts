import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { loadConfig } from "../lib/config.js";
import { DeskError } from "../lib/errors.js";
import type { Position } from "../proto/position.js";
import { ADA, as, held, LIN, SUN, TENANT, VISITOR } from "../test/contract/broker/chat.js";
import type { GatewayStage } from "../test/support/gateway-stage.js";
import { type Ask, calls } from "../test/support/http-stage.js";
import { begin, C, routed, text } from "../test/support/timelines.js";
import { turns, until, watch } from "../test/support/until.js";
import type { GatewayOptions } from "./gateway.js";
import type { Session } from "./session.js";

/** After it a life that nobody uses is gone: its day, and the sweep behind it. */
const IDLE_MS = 86_460_000;

const config = loadConfig({}, () => "");

interface Poll {
  readonly stage: GatewayStage;
  readonly ask: Ask;
  readonly token: string;
  /** Waits after this place for 10 s, as the visitor. */
  poll(after: Position, odd?: { token?: string; aborted?: AbortSignal; wait_ms?: number }): ReturnType<Ask>;
  /** So many wait. */
  waiting(count: number): Promise<void>;
}

/** A conversation whose head is entry 1, and its visitor without a socket. */
async function polling(t: TestContext, odd: Partial<GatewayOptions> = {}): Promise<Poll & { readonly head: Position }> {
  const { stage, ask } = await calls(t, odd);
  await begin(stage.routing);
  const head = as(await stage.routing.life(C), "life").head;
  const token = await stage.token(VISITOR);
  return {
    ...{ stage, ask, token, head },
    poll: ([epoch, n], { wait_ms = 10_000, ...more } = {}) =>
      ask("GET", `/v1/conversations/${C}/messages?after=${epoch}-${n}&wait_ms=${wait_ms}`, { token, ...more }),
    waiting: (count) => until(`${count} to wait`, () => stage.gateway.context.waiting.size === count),
  };
}

const mids = ({ json }: Awaited<ReturnType<Ask>>): unknown[] =>
  (json["messages"] as { mid?: string; kind: string }[]).map(({ mid, kind }) => mid ?? kind);

test("who waits is answered by the first entry that comes, with that entry", async (t) => {
  const { stage, head, poll, waiting } = await polling(t);
  const answer = poll(head);
  await waiting(1);
  await stage.routing.post(text("m1"));
  assert.deepEqual(mids(await answer), ["m1"]);
  await waiting(0);
});

test("an entry the reader may not see ends the wait too, as hidden", async (t) => {
  const { stage, head, poll, waiting } = await polling(t);
  await routed(stage.routing, held(2, ADA));
  const answer = poll([head[0], 2]);
  await waiting(1);
  await stage.routing.post(text("n1", { from: ADA, kind: "note" }));
  assert.deepEqual(mids(await answer), ["hidden"]);
});

test("what is there already is answered at once, and so is a place beyond the head or in another life", async (t) => {
  const { stage, head, poll } = await polling(t);
  await stage.routing.post(text("m1"));
  assert.deepEqual(mids(await poll(head)), ["m1"]);
  assert.deepEqual(mids(await poll([head[0], 9])), []);
  assert.deepEqual(mids(await poll([head[0] - 1, 1])).slice(-1), ["m1"]);
});

test("a wait in which nothing comes ends with an empty page when its time is over, not before", async (t) => {
  const { stage, head, poll, waiting } = await polling(t);
  const answer = poll(head, { wait_ms: 2_000 });
  const seen = watch(answer);
  await waiting(1);
  await stage.timelines.clock.advance(1_999);
  await turns();
  assert.equal(seen.state, "open");
  await stage.timelines.clock.advance(1);
  assert.deepEqual((await answer).json, { messages: [], more: false });
});

test("a client that goes away frees its place at once", async (t) => {
  const { head, poll, waiting } = await polling(t);
  const client = new AbortController();
  const answer = poll(head, { aborted: client.signal });
  await waiting(1);
  client.abort();
  await waiting(0);
  await answer;
});

test("a user holds so many places and no more, whoever else waits", async (t) => {
  const { stage, head, poll, waiting } = await polling(t, { limits: { ...config, waitsPerUser: 2 } });
  const [first, second] = [poll(head), poll(head)];
  await waiting(2);
  const third = await poll(head);
  assert.deepEqual([third.status, third.json["code"], third.json["retry_after_ms"]], [429, "too_many_in_flight", 1_000]);
  const other = poll(head, { token: await stage.token(SUN) });
  await waiting(3);
  await stage.routing.post(text("m1"));
  for (const answer of await Promise.all([first, second, other])) assert.deepEqual(mids(answer), ["m1"]);
  await waiting(0);
  const again = [poll([head[0], 2]), poll([head[0], 2])];
  await waiting(2);
  await stage.routing.post(text("m2"));
  for (const answer of await Promise.all(again)) assert.deepEqual(mids(answer), ["m2"]);
});

test("a node holds so many places and no more, and says when to come again", async (t) => {
  const { stage, head, poll, waiting } = await polling(t, { limits: { ...config, waitsPerNode: 1 } });
  const first = poll(head);
  await waiting(1);
  const { status, json } = await poll(head, { token: await stage.token(SUN) });
  assert.deepEqual([status, json["code"], json["retry_after_ms"]], [503, "busy", 5_000]);
  await stage.routing.post(text("m1"));
  await first;
});

test("a drain ends every wait with an empty page, and nobody waits after it", async (t) => {
  const { stage, head, poll, waiting } = await polling(t);
  const answer = poll(head);
  await waiting(1);
  await stage.gateway.drain(1_000);
  assert.deepEqual((await answer).json, { messages: [], more: false });
  const { status, json } = await poll(head);
  assert.deepEqual([status, json["code"]], [503, "unavailable"]);
});

test("a wait ends with its token: when that runs out, and when it is revoked", async (t) => {
  const short = { ...config, visitorTokenMs: 5_000 };
  const { stage, token, head, poll, waiting } = await polling(t, { tokens: short });
  const late = poll(head);
  await waiting(1);
  await stage.timelines.clock.advance(5_000);
  assert.deepEqual([(await late).status, (await late).json["code"]], [401, "unauthenticated"]);
  const revoked = poll(head, { token: await stage.token(VISITOR) });
  await waiting(1);
  await stage.gateway.context.directory.revoke(TENANT, VISITOR.id, stage.timelines.clock.now());
  assert.deepEqual([(await revoked).status, (await revoked).json["code"]], [401, "unauthenticated"]);
  assert.equal((await poll(head, { token })).status, 401);
});

test("a wait ends when its visitor is banned", async (t) => {
  const { stage, head, poll, waiting } = await polling(t);
  const answer = poll(head);
  await waiting(1);
  await (await stage.client(SUN)).ask("ban", { user: VISITOR.id });
  await waiting(0);
  assert.deepEqual([(await answer).status, (await answer).json["code"]], [403, "forbidden"]);
});

test("what one may not read one may not wait for either", async (t) => {
  const { stage, head, poll } = await polling(t);
  const { status } = await poll(head, { token: await stage.token({ id: "v_2", role: "visitor", name: "Xu" }) });
  assert.equal(status, 404);
});

test("a closed conversation without a life says nothing: the wait runs to its end, and shows what came meanwhile", async (t) => {
  const { stage, head, poll, waiting } = await polling(t);
  await routed(stage.routing, held(2, undefined, "closed"));
  await stage.timelines.isStored();
  await stage.timelines.clock.advance(IDLE_MS);
  assert.deepEqual(await stage.gateway.context.timeline.life(C), { at: "cold" });
  t.mock.method(stage.router, "revive", async () => "closed" as const);
  const answer = poll([head[0], 2], { wait_ms: 2_000, token: await stage.token(VISITOR) });
  await waiting(1);
  await stage.timelines.clock.advance(2_000);
  assert.deepEqual((await answer).json, { messages: [], more: false });
});

test("a user who waits is seen as here, also between two waits, and a while after the last is gone", async (t) => {
  const { stage, head, poll, waiting } = await polling(t, { limits: { ...config, waitLingerMs: 3_000 } });
  await routed(stage.routing, held(2, LIN));
  const lin = await stage.client(LIN);
  await lin.ask("open", { c: C });
  const seen = () => lin.events("presence").map(({ user, online }) => `${user} ${online}`);
  const first = poll([head[0], 2], { wait_ms: 1_000 });
  await until("the visitor to be seen", () => seen().length === 1);
  await waiting(1);
  await stage.timelines.clock.advance(1_000);
  await first;
  await stage.timelines.clock.advance(2_000);
  const second = poll([head[0], 2], { wait_ms: 1_000 });
  await waiting(1);
  await stage.timelines.clock.advance(1_000);
  await second;
  await stage.timelines.clock.advance(2_999);
  await turns();
  assert.deepEqual(seen(), [`${VISITOR.id} true`]);
  await stage.timelines.clock.advance(1);
  await until("the visitor to be gone", () => seen().length === 2);
  assert.deepEqual(seen(), [`${VISITOR.id} true`, `${VISITOR.id} false`]);
});

test("a wait that is too long, or after nothing, is a bad request", async (t) => {
  const { ask, token } = await polling(t);
  for (const query of ["after=1-1&wait_ms=25001", "after=1-1&wait_ms=soon", "after=1-1&wait_ms=-1", "wait_ms=10"]) {
    const { status, json } = await ask("GET", `/v1/conversations/${C}/messages?${query}`, { token });
    assert.deepEqual([status, json["code"]], [400, "bad_request"], query);
  }
});

test("one whose session cannot be judged waits on, and those who are out are told all the same", async (t) => {
  const { stage, head, poll, waiting } = await polling(t);
  await routed(stage.routing, held(2, ADA));
  const at: Position = [head[0], 2];
  const gone = new AbortController();
  const agents = poll(at, { token: await stage.token(ADA), aborted: gone.signal });
  await waiting(1);
  const visitors = poll(at);
  await waiting(2);
  const { tokens } = stage.gateway.context;
  const isRevoked = tokens.isRevoked.bind(tokens);
  const judge = (session: Session) => (session.user.id === ADA.id ? Promise.reject(new DeskError("unavailable")) : isRevoked(session));
  t.mock.method(tokens, "isRevoked", judge);
  await stage.command("session", "revoke", TENANT, VISITOR.id);
  await waiting(1);
  assert.equal((await visitors).json["code"], "unauthenticated");
  gone.abort();
  await agents;
});
