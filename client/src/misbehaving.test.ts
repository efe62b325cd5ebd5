import assert from "node:assert/strict";
import { test } from "node:test";
import { again, connected, reached, reading, stage } from "../../test/support/client-stage.js";
import { ADA, C, ME, message } from "../../test/support/scripted-desk.js";
import type { Client, ClientError, State } from "./index.js";

/** What a client does after each code of the table, by the protocol; 1006 comes of a cut. */
const AFTER = {
  waiting: [1001, 1012, 1013, 4000, 4001, 4002, 4003, 4004],
  needs_token: [4100, 4101, 4102],
  stopped: [4200, 4201, 4202, 4203, 4204, 4205],
} as const;

const nextState = (client: Client): Promise<State> => new Promise((resolve) => client.on("state", resolve));

for (const [state, codes] of Object.entries(AFTER) as [keyof typeof AFTER, readonly number[]][]) {
  for (const code of codes) {
    test(`a close of ${code} that comes instead of the reply to hello leads to ${state}, as one on a ready connection does`, async (t) => {
      const early = await stage(t);
      await early.client.start();
      const line = await early.desk.line(1);
      await line.heard("hello");
      const first = nextState(early.client);
      line.close(code);
      const late = await connected(t);
      const second = nextState(late.client);
      late.line.close(code);
      assert.deepEqual([await first, await second], [state, state]);
    });
  }
}

const JUNK: Readonly<Record<string, string>> = {
  "no JSON": "<html>502 Bad Gateway</html>",
  "half a frame": '{"ev":"mess',
  "nothing at all": "",
  "a number": "7",
  "a list": "[]",
  null: "null",
  "an object that is neither reply nor event": '{"hello":"world"}',
  "an event whose name is no text": '{"ev":7}',
  "a message without a place": '{"ev":"message","c":"c1","mid":"m","from":{"id":"a1","role":"agent"},"kind":"text","body":{},"ts":1}',
  "a message at a negative place": JSON.stringify(message([1, -2], "x")),
  "a message from nobody": JSON.stringify(message([1, 2], "x", { from: null })),
  "a message without a body": JSON.stringify(message([1, 2], "x", { body: null })),
  "a skip of half a place": '{"ev":"skip","c":"c1","pos":[1]}',
  "a gap without a head": '{"ev":"gap","c":"c1","after":[1,1]}',
  "a mark of nobody": '{"ev":"mark","c":"c1","read":[1,1]}',
  "an offer without a visitor": '{"ev":"offer","c":"c1","offer":"o1","expires_ms":1,"ask":{}}',
  "a goaway at no time": '{"ev":"goaway","reason":"drain"}',
};

for (const [what, frame] of Object.entries(JUNK)) {
  test(`${what} ends the connection like any failure; what was shown stays, and the next one goes on`, async (t) => {
    const staged = await reading(t, [message([1, 1], "one")]);
    staged.line.socket.send(frame);
    const next = await again(staged, { resumed: { [C]: { head: [1, 1] } } });
    next.say(message([1, 2], "two"));
    await next.settled();
    assert.deepEqual(
      staged.conversation.messages.map(({ mid }) => mid),
      ["one", "two"],
    );
  });
}

const REPLIES: Readonly<Record<string, object>> = {
  "an open that shows nothing": { c: C },
  "a page of things that are no messages": { c: C, head: [1, 1], messages: [{ text: "hi" }], members: [] },
  "a page whose head is a text": { c: C, head: "1-1", messages: [], members: [] },
  "a refusal without a code": { error: { message: "no" } },
};

for (const [what, reply] of Object.entries(REPLIES)) {
  test(`${what} is no reply: the connection ends, and what was asked is asked again`, async (t) => {
    const staged = await connected(t);
    const opening = staged.client.open(C);
    staged.line.answer(await staged.line.heard("open"), reply);
    const next = await again(staged);
    await next.show([message([1, 1], "one")]);
    assert.equal((await opening).messages.length, 1);
  });
}

test("events and replies of the future are let through, and change nothing that is known", async (t) => {
  const { line, client, conversation } = await reading(t, [message([1, 1], "one")]);
  line.say({ ev: "confetti", c: C, colours: 7 }, { ev: "weather" }, { re: 4_000_000_000, sun: true }, { re: 1, again: true });
  line.say(message([1, 2], "two", { kind: "hologram", body: { depth: 3 }, extra: [] }));
  await line.settled();
  assert.equal(client.state, "ready");
  assert.deepEqual(
    conversation.messages.map(({ kind }) => kind),
    ["text", "hologram"],
  );
});

test("the same event twice, an old one and one out of order show each message once, and ask for what was passed over", async (t) => {
  const { line, conversation } = await reading(t, [message([1, 1], "one")]);
  line.say(message([1, 2], "two"), message([1, 2], "two"), message([1, 1], "one"), message([1, 4], "four"), message([1, 3], "three"));
  const asked = await line.heard("history");
  assert.deepEqual(asked["after"], [1, 2]);
  line.answer(asked, { messages: [message([1, 3], "three"), message([1, 4], "four")], more: false });
  await line.settled();
  assert.deepEqual(
    conversation.messages.map(({ mid }) => mid),
    ["one", "two", "three", "four"],
  );
});

/** Each op as an application gives it. */
const OPS = ["close", "rate", "leave", "visit", "status", "decline", "transfer", "hold", "tag", "explain", "queue"];
const FIELDS = { c: C, score: 1, url: "https://shop.example", status: "online", offer: "o1", to: { agent: "a1" } };
const CODES = [
  "bad_request",
  "forbidden",
  "not_found",
  "conflict",
  "unsupported",
  "rate_limited",
  "busy",
  "unavailable",
  "pending",
] as const;

test("whatever an op is refused with, its caller hears the code, and the connection goes on", async (t) => {
  const { line, client } = await connected(t);
  for (const op of OPS) {
    for (const code of CODES) {
      const asked = client.call(op, FIELDS).catch((error: ClientError) => error.code);
      line.refuse(await line.heard(op), code);
      assert.equal(await asked, code, op);
    }
  }
  assert.equal(client.state, "ready");
});

for (const code of ["rate_limited", "busy", "unavailable", "pending", "too_many_in_flight"] as const) {
  test(`an open, a history and a send that are refused as ${code} are given again`, async (t) => {
    const { line, client, clock } = await connected(t);
    const opening = client.open(C);
    line.refuse(await line.heard("open"), code, { retry_after_ms: 50 });
    await line.settled();
    await clock.advance(50);
    await line.show([message([1, 5], "five")], { complete: false });
    const conversation = await opening;
    const older = conversation.older();
    line.refuse(await line.heard("history"), code, { retry_after_ms: 50 });
    await line.settled();
    await clock.advance(50);
    line.answer(await line.heard("history"), { messages: [message([1, 4], "four")], more: false });
    await older;
    const { mid, sent } = conversation.send("text", { text: "hi" });
    line.refuse(await line.heard("send"), code, { retry_after_ms: 50 });
    await line.settled();
    await clock.advance(50);
    const retried = await line.heard("send");
    line.answer(retried, { pos: [1, 6], ts: 1 });
    await sent;
    assert.equal(retried["mid"], mid);
  });
}

test("a goaway while a message is unanswered, while the token is asked for, and twice, costs a connection each and no message", async (t) => {
  const staged = await reading(t, [message([1, 1], "one")]);
  const { client, clock, desk, line, conversation } = staged;
  await clock.advance(5_000);
  const { mid, sent } = conversation.send("text", { text: "hi" });
  await line.heard("send");
  line.say({ ev: "goaway", reason: "drain", reconnect_in_ms: 500 }, { ev: "goaway", reason: "drain", reconnect_in_ms: 100 });
  await line.settled();
  await clock.advance(500);
  const second = await desk.line(2);
  await second.welcome({ resumed: { [C]: { head: [1, 1] } } });
  const resent = await second.heard("send");
  assert.equal(resent["mid"], mid);
  second.say(message([1, 2], mid, { from: ME, mid }));
  second.answer(resent, { pos: [1, 2], ts: 1, dup: true });
  await sent;
  assert.equal(desk.lines.length, 2);
  assert.equal(client.state, "ready");
});

test("a server that sends every connection away at once is come back to ever more slowly", async (t) => {
  const { desk, client, clock } = await stage(t, { random: () => 0.5 });
  await client.start();
  for (const [n, wait_ms] of [250, 500, 1_000, 2_000].entries()) {
    const line = await desk.line(n + 1);
    await line.welcome();
    line.say({ ev: "goaway", reason: "rebalance", reconnect_in_ms: 0 });
    await line.settled();
    await clock.advance(0);
    await reached(client, "waiting");
    await clock.advance(wait_ms - 1);
    assert.equal(client.state, "waiting", `retry ${n} came early`);
    await clock.advance(1);
  }
});

test("a server that says nothing any more is left after two pings, and what was unanswered is sent elsewhere", async (t) => {
  const staged = await reading(t, [message([1, 1], "one")]);
  const { sent } = staged.conversation.send("text", { text: "hi" });
  await staged.line.heard("send");
  await staged.clock.advance(30_000);
  const next = await again(staged, { resumed: { [C]: { head: [1, 1] } } });
  next.answer(await next.heard("send"), { pos: [1, 2], ts: 1 });
  assert.deepEqual((await sent).pos, [1, 2]);
});

test("a server that never answers the hello, nor any after it, is tried again and again, and never faster than the schedule", async (t) => {
  const { desk, client, clock } = await stage(t, { random: () => 0.5 });
  await client.start();
  for (const [n, wait_ms] of [250, 500, 1_000].entries()) {
    await (await desk.line(n + 1)).heard("hello");
    await clock.advance(10_000);
    assert.equal(client.state, "waiting");
    await clock.advance(wait_ms);
  }
  assert.ok(desk.lines.length <= 4);
});

test("a server that allows no command at all is given one at a time", async (t) => {
  const { line, client } = await connected(t, {}, { limits: { in_flight: 0 } });
  const asked = client.call("explain", { c: C });
  line.answer(await line.heard("explain"), { decisions: [] });
  await asked;
});

test("figures that make no sense do not make a client spin: pings and tokens keep their pace", async (t) => {
  const { line, clock, tokens } = await connected(t, {}, { ping_ms: 0, now: 1_000, expires_at: 0 });
  for (let second = 0; second < 5; second++) {
    await clock.advance(1_000);
    line.answer(await line.heard("ping"), { now: 1_000, heads: {} });
    line.answer(await line.heard("refresh"), { user: ME, expires_at: 0 });
    await line.settled();
  }
  await clock.advance(900);
  assert.deepEqual(await line.left(), []);
  assert.equal(tokens.length, 6);
});

test("a message of a name that is another's, or that was recalled before it came, is told apart", async (t) => {
  const { line, conversation } = await reading(t, [message([1, 1], "one")]);
  line.say(message([1, 2], "r", { kind: "recall", body: { mid: "late" } }), message([1, 3], "late"));
  line.say(message([1, 4], "late", { from: { ...ADA, id: "a2" } }));
  await line.settled();
  assert.deepEqual(
    conversation.messages.map(({ mid, recalled }) => `${mid} ${recalled}`),
    ["one false", "late true", "late false"],
  );
});
