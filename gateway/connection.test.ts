import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { loadConfig } from "../lib/config.js";
import { CLOSES, type CloseName } from "../proto/codes.js";
import { ADA, SUN, TENANT, VISITOR } from "../test/contract/broker/chat.js";
import { Gate } from "../test/support/gate.js";
import { GatewayStage, type PlainClient } from "../test/support/gateway-stage.js";
import { begin, C } from "../test/support/timelines.js";
import { turns, until } from "../test/support/until.js";

const MINUTE = 60_000;

/** How a socket ends that says this. */
async function ended(client: PlainClient): Promise<CloseName | undefined> {
  await until("the socket to be closed", () => client.socket.ended !== undefined);
  const { code, reason } = client.socket.ended as { code: number; reason: string };
  assert.equal(CLOSES[reason as CloseName], code);
  return reason as CloseName;
}

/** A gateway whose journal answers when the test lets it: sends are taken and not answered. */
async function slow(t: TestContext): Promise<{ readonly stage: GatewayStage; readonly gate: Gate }> {
  const stage = await GatewayStage.start(t);
  const gate = new Gate();
  const { timeline } = stage.gateway.context;
  const append = timeline.append.bind(timeline);
  t.mock.method(timeline, "append", async (draft: Parameters<typeof append>[0]) => {
    await gate.opened;
    return append(draft);
  });
  await begin(stage.routing);
  return { stage, gate };
}

const said = (mid: string): object => ({ c: C, mid, kind: "text", body: { text: mid } });

test("what is no frame of the protocol closes the socket as a bad frame", async (t) => {
  const stage = await GatewayStage.start(t);
  const bad = [
    "no json",
    "[1]",
    "null",
    '"text"',
    "",
    '{"op":"ping"}',
    '{"op":"ping","id":-1}',
    '{"op":"ping","id":1.5}',
    '{"op":"ping","id":4294967296}',
  ];
  for (const text of bad) {
    const client = await stage.client(VISITOR);
    client.raw(text);
    assert.equal(await ended(client), "bad_frame", text);
  }
});

test("a binary frame is a bad frame, also when its bytes are a command", async (t) => {
  const stage = await GatewayStage.start(t);
  const client = await stage.client(VISITOR);
  client.raw('{"op":"ping","id":1}', true);
  assert.equal(await ended(client), "bad_frame");
});

test("a frame over its bytes closes the socket, one of just so many does not", async (t) => {
  const stage = await GatewayStage.start(t);
  const client = await stage.client(VISITOR);
  const frame = (bytes: number): string => `{"op":"ping","id":9,"pad":"${"x".repeat(bytes - 29)}"}`;
  const most = stage.gateway.context.limits.frameBytes;
  client.raw(frame(most));
  await client.reply(9);
  client.raw(frame(most + 1));
  assert.equal(await ended(client), "frame_too_large");
});

test("the first frame is hello, whatever else it could be", async (t) => {
  const stage = await GatewayStage.start(t);
  for (const text of ['{"op":"ping","id":1}', '{"op":"open","id":1}', '{"op":"nonsense","id":1}', '{"op":"hello","token":"x"}']) {
    const client = stage.connect();
    client.raw(text);
    assert.equal(await ended(client), "bad_frame", text);
  }
});

test("a socket that says no hello in time is closed, one that did is not", async (t) => {
  const stage = await GatewayStage.start(t);
  const [mute, greeted] = [stage.connect(), await stage.client(VISITOR)];
  await stage.timelines.clock.advance(4_999);
  assert.equal(mute.socket.ended, undefined);
  await stage.timelines.clock.advance(1);
  assert.deepEqual([await ended(mute), greeted.socket.ended], ["hello_timeout", undefined]);
});

test("a refused hello is answered with its error and then closed, by what was wrong with it", async (t) => {
  const stage = await GatewayStage.start(t);
  const good = await stage.token(VISITOR);
  const said = async (fields: object, origin?: string): Promise<unknown[]> => {
    const client = stage.connect(origin);
    const code = await client.refusal("hello", fields);
    return [code, await ended(client)];
  };
  assert.deepEqual(await said({ token: "nonsense" }), ["unauthenticated", "token_invalid"]);
  assert.deepEqual(await said({}), ["bad_request", "bad_frame"]);
  assert.deepEqual(await said({ token: good }, "https://evil.example"), ["forbidden", "forbidden"]);
  await stage.command("tenant", "disable", TENANT);
  assert.deepEqual(await said({ token: good }), ["unauthenticated", "token_revoked"]);
});

test("a second hello is refused, and the socket stays", async (t) => {
  const stage = await GatewayStage.start(t);
  const client = await stage.client(VISITOR);
  assert.equal(await client.refusal("hello", { token: await stage.token(VISITOR) }), "bad_request");
  assert.equal(await client.refusal("ping"), undefined);
});

test("the reply to hello comes first, whatever was sent behind it", async (t) => {
  const stage = await GatewayStage.start(t);
  await begin(stage.routing);
  const gate = new Gate();
  const { readership } = stage.gateway.context;
  const admit = readership.admit.bind(readership);
  t.mock.method(readership, "admit", async (...asked: Parameters<typeof admit>) => {
    await gate.opened;
    return admit(...asked);
  });
  const client = stage.connect();
  client.say("hello", { token: await stage.token(VISITOR), resume: { [C]: [0, 0] } });
  client.say("open", {});
  await turns(5);
  client.say("ping");
  client.say("nonsense");
  await turns(5);
  assert.deepEqual(client.order, []);
  gate.open();
  await client.reply(4);
  await client.reply(3);
  assert.equal(client.order[0], 1);
  assert.deepEqual([...client.order].filter((each) => typeof each === "number").sort(), [1, 2, 3, 4]);
});

test("an agent is shown its open offers behind the reply to hello, before what it missed", async (t) => {
  const stage = await GatewayStage.start(t);
  await begin(stage.routing);
  const offer = { c: "c_2", offer: "o_1", expires_ms: 20_000, visitor: VISITOR, ask: {}, waited_ms: 1 };
  stage.router.holds = { ...stage.router.holds, offers: [offer] };
  const sun = await stage.client(SUN, { [C]: [0, 0] });
  await until("what was missed", () => sun.events("gap").length === 1);
  assert.deepEqual(
    sun.order.filter((each) => each !== "presence"),
    [1, "offer", "message", "gap"],
  );
});

test("an id that is not answered yet is refused, and taken again when it is", async (t) => {
  const { stage, gate } = await slow(t);
  const client = await stage.client(VISITOR);
  client.raw(JSON.stringify({ op: "send", id: 7, ...said("m1") }));
  client.raw(JSON.stringify({ op: "ping", id: 7 }));
  await until("the refusal", () => client.socket.frames.length === 2);
  const [, refused] = client.socket.frames as { error: { code: string } }[];
  assert.equal(refused?.error.code, "bad_request");
  gate.open();
  await until("the reply", () => client.socket.frames.length === 3);
  client.raw(JSON.stringify({ op: "ping", id: 7 }));
  await until("the second reply", () => client.socket.frames.length === 4);
  assert.deepEqual(client.order, [1, 7, 7, 7]);
});

test("commands beyond those that may be unanswered are refused one by one, and may come again", async (t) => {
  const { stage, gate } = await slow(t);
  const client = await stage.client(VISITOR);
  const most = stage.gateway.context.limits.inFlight;
  const ids = Array.from({ length: most }, (_, i) => client.say("send", said(`m${i}`)));
  assert.equal(await client.refusal("ping"), "too_many_in_flight");
  gate.open();
  await client.reply(ids.at(-1) as number);
  assert.equal(await client.refusal("ping"), undefined);
});

test("sends beyond the rate are refused with the time after which they may come, and then they may", async (t) => {
  const stage = await GatewayStage.start(t);
  await begin(stage.routing);
  const client = await stage.client(VISITOR);
  const { sendsBurst, sendsPerS } = stage.gateway.context.limits;
  for (let i = 0; i < sendsBurst; i++) client.raw(JSON.stringify({ op: "typing", c: C }));
  const { error } = (await client.ask("send", said("m1"))) as { error: { code: string; retry: boolean; retry_after_ms: number } };
  assert.deepEqual([error.code, error.retry, error.retry_after_ms], ["rate_limited", true, 1_000 / sendsPerS]);
  assert.equal(await client.refusal("ping"), undefined);
  await stage.timelines.clock.advance(error.retry_after_ms);
  assert.equal(await client.refusal("send", said("m1")), undefined);
});

test("ratings and tags, which stay as what is sent does, come no faster", async (t) => {
  const stage = await GatewayStage.start(t);
  await begin(stage.routing);
  const [wei, sun] = [await stage.client(VISITOR), await stage.client(SUN)];
  const { sendsBurst } = loadConfig({}, () => "");
  const refusals = async (client: PlainClient, op: string, fields: object): Promise<unknown[]> => {
    const codes: unknown[] = [];
    for (let n = 0; n <= sendsBurst; n++) codes.push(await client.refusal(op, fields));
    return codes.filter((code) => code === "rate_limited");
  };
  assert.equal((await refusals(wei, "rate", { c: C, score: 5 })).length, 1);
  assert.equal((await refusals(sun, "tag", { c: C, remove: ["none"] })).length, 1);
});

test("a role is refused what is not for it, and an op that nobody knows is unsupported", async (t) => {
  const stage = await GatewayStage.start(t);
  const [wei, ada] = [await stage.client(VISITOR), await stage.client(ADA)];
  assert.equal(await wei.refusal("queue"), "forbidden");
  assert.equal(await ada.refusal("rate", { c: C, score: 5 }), "forbidden");
  assert.equal(await ada.refusal("ban", { user: "v_1" }), "forbidden");
  assert.equal(await wei.refusal("nonsense"), "unsupported");
});

test("a command without an id is carried out and never answered, refused or not", async (t) => {
  const stage = await GatewayStage.start(t);
  await begin(stage.routing);
  const [wei, sun] = [await stage.client(VISITOR), await stage.client(SUN)];
  await wei.ask("open", { c: C });
  await sun.ask("open", { c: C });
  wei.raw(JSON.stringify({ op: "typing", c: C, text: "Hel" }));
  wei.raw(JSON.stringify({ op: "typing", c: "c_none" }));
  wei.raw(JSON.stringify({ op: "mark", c: 5 }));
  await until("the typing to be seen", () => sun.events("typing").length === 1);
  await wei.ask("ping");
  assert.deepEqual(
    wei.order.filter((each) => each !== "presence"),
    [1, 2, 3],
  );
});

test("a fault of ours costs its sender an unavailable, and nobody else anything", async (t) => {
  const stage = await GatewayStage.start(t);
  const [ada, lin] = [await stage.client(ADA), await stage.client(SUN)];
  t.mock.method(stage.router, "queue", () => Promise.reject(new TypeError("a bug")));
  assert.equal(await ada.refusal("queue"), "unavailable");
  assert.deepEqual([await ada.refusal("ping"), await lin.refusal("ping")], [undefined, undefined]);
});

test("a socket is closed when its token runs out, and a refresh puts it off", async (t) => {
  const stage = await GatewayStage.start(t, {
    tokens: { ...loadConfig({}, () => ""), agentTokenMs: MINUTE, visitorTokenMs: 15 * MINUTE, refreshGraceMs: 0 },
  });
  const { clock } = stage.timelines;
  const [stale, fresh] = [await stage.client(VISITOR), await stage.client(VISITOR)];
  await clock.advance(10 * MINUTE);
  const { expires_at } = await fresh.ask("refresh", { token: await stage.token(VISITOR) });
  await clock.advance(5 * MINUTE);
  assert.equal(await ended(stale), "token_expired");
  assert.equal(fresh.socket.ended, undefined);
  assert.equal(expires_at, clock.now() + 10 * MINUTE);
  await clock.advance(10 * MINUTE);
  assert.equal(await ended(fresh), "token_expired");
});

test("a refresh with somebody else's token is forbidden, with a bad one unauthenticated, and the socket stays", async (t) => {
  const stage = await GatewayStage.start(t);
  const client = await stage.client(VISITOR);
  assert.equal(await client.refusal("refresh", { token: await stage.token({ ...VISITOR, id: "v_2" }) }), "forbidden");
  assert.equal(await client.refusal("refresh", { token: "nonsense" }), "unauthenticated");
  assert.equal(await client.refusal("ping"), undefined);
});

test("a socket whose token is revoked is closed, and those of others are not", async (t) => {
  const stage = await GatewayStage.start(t);
  const [ada, sun] = [await stage.client(ADA), await stage.client(SUN)];
  await stage.timelines.clock.advance(1_000);
  await stage.cache.revoke(TENANT, "ada", stage.timelines.clock.now());
  assert.equal(await ended(ada), "token_revoked");
  assert.equal(sun.socket.ended, undefined);
});

test("sends of one socket to one conversation take positions in the order they were sent, however long each takes", async (t) => {
  const stage = await GatewayStage.start(t);
  await begin(stage.routing);
  const { timeline } = stage.gateway.context;
  const append = timeline.append.bind(timeline);
  t.mock.method(timeline, "append", async (draft: Parameters<typeof append>[0]) => {
    await turns(9 - Number(draft.mid.slice(1)));
    return append(draft);
  });
  const client = await stage.client(VISITOR);
  const ids = Array.from({ length: 9 }, (_, i) => client.say("send", said(`m${i}`)));
  const replies = await Promise.all(ids.map((id) => client.reply(id)));
  const places = replies.map(({ pos }) => (pos as number[])[1] as number);
  assert.deepEqual(
    places,
    [...places].sort((a, b) => a - b),
  );
});

test("a socket that closes while its hello is judged leaves nothing behind", async (t) => {
  const gate = new Gate();
  const stage = await GatewayStage.start(t);
  const get = stage.cache.get.bind(stage.cache);
  t.mock.method(stage.cache, "get", async (...row: Parameters<typeof get>) => {
    await gate.opened;
    return get(...row);
  });
  const { clock } = stage.timelines;
  const before = clock.timers;
  const client = stage.connect();
  client.say("hello", { token: await stage.token(ADA) });
  await turns();
  await client.leave();
  gate.open();
  await turns(10);
  assert.equal(clock.timers, before);
  assert.deepEqual(stage.router.asked, []);
});

test("an answer over the server's own limit is an error, not a frame that no client takes", async (t) => {
  const stage = await GatewayStage.start(t);
  const { limits } = stage.gateway.context;
  const decisions = Array.from({ length: 2 }, () => ({ why: "x".repeat(limits.serverFrameBytes / 2) }));
  const sun = await stage.client(SUN);
  t.mock.method(stage.router, "queue", async () => ({ topics: [], waiting: decisions }));
  assert.equal(await sun.refusal("queue"), "too_large");
});
