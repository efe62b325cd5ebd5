import assert from "node:assert/strict";
import { test } from "node:test";
import { again, connected, reached, stage } from "../../test/support/client-stage.js";
import { ClientError } from "./index.js";

const half = () => 0.5;

test("a client goes from idle over its token and the handshake to ready", async (t) => {
  const { desk, client, states } = await stage(t);
  assert.equal(client.state, "idle");
  await client.start();
  const line = await desk.line(1);
  const hello = await line.welcome();
  await line.settled();
  assert.deepEqual(states, ["needs_token", "connecting", "hello", "ready"]);
  assert.equal(hello["token"], "t1");
});

test("a connection that ends is tried again after random(0, min(30 s, 0.5 s times 2 to the n))", async (t) => {
  const { desk, client, clock } = await stage(t, { random: half });
  await client.start();
  for (const [n, wait_ms] of [250, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000].entries()) {
    (await desk.line(n + 1)).cut();
    await reached(client, "waiting");
    await clock.advance(wait_ms - 1);
    assert.equal(client.state, "waiting", `retry ${n} came early`);
    await clock.advance(1);
    assert.equal(client.state, "connecting", `retry ${n} came late`);
  }
});

test("a pong starts the count of retries anew, a hello alone does not", async (t) => {
  const staged = await connected(t, { random: half });
  staged.line.cut();
  const second = await again(staged);
  second.cut();
  await reached(staged.client, "waiting");
  await staged.clock.advance(499);
  assert.equal(staged.client.state, "waiting");
  const third = await again(staged);
  await staged.clock.advance(10_000);
  third.answer(await third.heard("ping"), { now: 1, heads: {} });
  await third.settled();
  third.cut();
  await reached(staged.client, "waiting");
  await staged.clock.advance(250);
  assert.equal(staged.client.state, "connecting");
});

test("a server that carried a command out counts as working: the count of retries starts anew", async (t) => {
  const staged = await connected(t, { random: half });
  staged.line.cut();
  const second = await again(staged);
  const left = staged.client.call("leave", { c: "c_1" });
  second.answer(await second.heard("leave"), {});
  await left;
  second.cut();
  await reached(staged.client, "waiting");
  await staged.clock.advance(250);
  assert.equal(staged.client.state, "connecting");
});

for (const code of [1001, 1012, 1013, 4000, 4001, 4002, 4003, 4004]) {
  test(`after a close of ${code} a client reconnects with the token it has`, async (t) => {
    const staged = await connected(t);
    staged.line.close(code);
    await again(staged);
    assert.equal(staged.tokens.length, 1);
  });
}

test("a time from the server wins over the client's own, and waking up does not shorten it", async (t) => {
  const { client, clock, line } = await connected(t, { random: half });
  line.close(4000, "draining;retry_after_ms=7000");
  await reached(client, "waiting");
  assert.equal(client.mayWake, false);
  client.wake();
  await clock.advance(6_999);
  assert.equal(client.state, "waiting");
  await clock.advance(1);
  assert.equal(client.state, "connecting");
});

test("a client that waits by its own time tries at once when it is woken", async (t) => {
  const { client, line } = await connected(t);
  line.cut();
  await reached(client, "waiting");
  assert.equal(client.mayWake, true);
  client.wake();
  assert.equal(client.state, "connecting");
});

for (const code of [4100, 4101, 4102]) {
  test(`after a close of ${code} a client comes back at once with a token it has asked for anew`, async (t) => {
    const { desk, line } = await connected(t);
    line.close(code);
    const second = await desk.line(2);
    assert.equal((await second.welcome())["token"], "t2");
  });
}

test("a second token that is refused in a row is waited for like any other retry", async (t) => {
  const { desk, client, clock, line, tokens } = await connected(t, { random: half });
  line.close(4101);
  const second = await desk.line(2);
  second.refuse(await second.heard("hello"), "unauthenticated");
  await reached(client, "waiting");
  assert.equal(tokens.length, 2);
  await clock.advance(250);
  const third = await desk.line(3);
  assert.equal((await third.heard("hello"))["token"], "t3");
});

for (const code of [4200, 4201, 4202, 4203, 4204, 4205]) {
  test(`after a close of ${code} a client stops and says so, until it is started again`, async (t) => {
    const { desk, client, clock, line, errors } = await connected(t);
    line.close(code);
    await reached(client, "stopped");
    await clock.advance(600_000);
    assert.equal(desk.lines.length, 1);
    assert.deepEqual(
      errors.map((error) => error.code),
      ["stopped"],
    );
    await client.start();
    await (await desk.line(2)).welcome();
    await reached(client, "ready");
  });
}

test("a hello that is refused for now is said again after the server's time", async (t) => {
  const { desk, client, clock } = await stage(t);
  await client.start();
  const first = await desk.line(1);
  first.refuse(await first.heard("hello"), "unavailable", { retry_after_ms: 1_500 });
  await reached(client, "waiting");
  await clock.advance(1_499);
  assert.equal(client.state, "waiting");
  await clock.advance(1);
  await (await desk.line(2)).welcome();
});

test("a hello that is refused for good stops the client", async (t) => {
  const { desk, client, errors } = await stage(t);
  await client.start();
  const line = await desk.line(1);
  line.refuse(await line.heard("hello"), "forbidden");
  await reached(client, "stopped");
  assert.equal(errors[0]?.code, "forbidden");
});

test("a server that opens and says nothing is left after ten seconds", async (t) => {
  const { desk, client, clock } = await stage(t);
  await client.start();
  await (await desk.line(1)).heard("hello");
  await clock.advance(10_000);
  assert.equal(client.state, "waiting");
});

test("an answer that is no frame of the protocol ends the connection", async (t) => {
  for (const text of ["<html>", "5", "null", '"re"']) {
    const { client, line } = await connected(t);
    line.socket.send(text);
    await reached(client, "waiting");
  }
});

test("a token that cannot be had for now is asked for again, one that is refused stops the client", async (t) => {
  const refusals = [new Error("no network"), new ClientError("unauthenticated")];
  const { client, clock, errors } = await stage(t, { token: () => Promise.reject(refusals.shift()) });
  await client.start();
  await reached(client, "waiting");
  await clock.advance(500);
  assert.equal(client.state, "stopped");
  assert.deepEqual(
    errors.map((error) => error.code),
    ["unavailable", "unauthenticated"],
  );
});

test("goaway lets a client work on until its slot, then it reconnects at once", async (t) => {
  const { desk, client, clock, line } = await connected(t);
  line.say({ ev: "goaway", reason: "drain", reconnect_in_ms: 1_830 });
  await line.settled();
  await clock.advance(1_829);
  client.conversation("c1").send("text", { text: "still here" });
  await line.heard("send");
  await clock.advance(1);
  assert.equal(await line.over(), 1000);
  await (await desk.line(2)).welcome();
});

test("two pings without an answer mean that nobody is there", async (t) => {
  const { client, clock, line } = await connected(t);
  await clock.advance(29_999);
  assert.equal(client.state, "ready");
  assert.equal((await line.left()).filter((op) => op === "ping").length, 2);
  await clock.advance(1);
  assert.equal(client.state, "waiting");
});

test("a ping that is refused shows that somebody is there", async (t) => {
  const { client, clock, line } = await connected(t);
  for (let beat = 0; beat < 4; beat++) {
    await clock.advance(10_000);
    line.refuse(await line.heard("ping"), "rate_limited", { retry_after_ms: 100 });
    await line.settled();
  }
  assert.equal(client.state, "ready");
});

test("a client that is woken many times in a row pings once and stays", async (t) => {
  const { client, line } = await connected(t);
  for (let times = 0; times < 5; times++) client.wake();
  assert.equal(client.state, "ready");
  assert.deepEqual(await line.left(), ["ping"]);
});

test("a token is renewed before it runs out, on the same connection", async (t) => {
  const { clock, line } = await connected(t, {}, { now: 0, expires_at: 600_000, ping_ms: 3_600_000 });
  await clock.advance(540_000);
  const refresh = await line.heard("refresh");
  assert.equal(refresh["token"], "t2");
  line.answer(refresh, { user: {}, expires_at: 1_200_000 });
  await line.settled();
  await clock.advance(600_000);
  assert.equal((await line.heard("refresh"))["token"], "t3");
});

test("a reply that comes twice, or to a command nobody gave, is ignored", async (t) => {
  const { client, clock, line } = await connected(t);
  await clock.advance(10_000);
  const ping = await line.heard("ping");
  line.answer(ping, { now: 1, heads: {} });
  line.answer(ping, { now: 1, heads: {} });
  line.say({ re: 4_000_000_000 });
  await line.settled();
  assert.equal(client.state, "ready");
});

test("at most as many commands are unanswered as the server allows; the others leave in their order", async (t) => {
  const { client, line } = await connected(t, {}, { limits: { in_flight: 2, text_bytes: 100 } });
  const calls = ["x1", "x2", "x3", "x4"].map((c) => client.call("leave", { c }));
  const first = await line.heard("leave");
  const second = await line.heard("leave");
  assert.deepEqual(await line.left(), []);
  line.answer(first);
  assert.equal((await line.heard("leave"))["c"], "x3");
  line.answer(second);
  assert.equal((await line.heard("leave"))["c"], "x4");
  await calls[0];
  client.stop();
  await Promise.allSettled(calls);
});

test("what was unanswered when the connection ended is rejected as disconnected", async (t) => {
  const { client, line } = await connected(t);
  const answer = client.call("close", { c: "c1" });
  await line.heard("close");
  line.cut();
  await assert.rejects(answer, { code: "disconnected", retry: true });
});

test("a client that was stopped comes to idle, closes, and stays there", async (t) => {
  const { client, clock, line } = await connected(t);
  client.stop();
  assert.equal(await line.over(), 1000);
  await clock.advance(60_000);
  assert.equal(client.state, "idle");
});

test("a client that is stopped on its way to a connection stays idle", async (t) => {
  const { desk, client, clock, states } = await stage(t);
  const stops: (() => Promise<void>)[] = [
    async () => assert.equal(client.state, "needs_token"),
    () => reached(client, "connecting"),
    async () => void (await (await desk.line(desk.lines.length + 1)).heard("hello")),
  ];
  for (const come of stops) {
    await client.start();
    await come();
    client.stop();
    await clock.advance(60_000);
    assert.equal(client.state, "idle");
  }
  assert.equal(states.includes("ready"), false);
  assert.equal(states.includes("waiting"), false);
});

test("a client that is stopped while it waits does not come back", async (t) => {
  const { desk, client, clock, line } = await connected(t);
  line.cut();
  await reached(client, "waiting");
  client.stop();
  await clock.advance(60_000);
  assert.equal(client.state, "idle");
  assert.equal(desk.lines.length, 1);
});
