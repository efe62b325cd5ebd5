import assert from "node:assert/strict";
import { connect } from "node:net";
import { type TestContext, test } from "node:test";
import { systemClock } from "../lib/clock.js";
import { loadConfig } from "../lib/config.js";
import { emptyFolder } from "../test/support/folder.js";
import { log } from "../test/support/log.js";
import { agentToken, call, Peer, visitorToken } from "../test/support/peer.js";
import { type House, startHouse } from "./house.js";
import { ExposedDemoError } from "./loopback.js";

function settings(data: string, env: Readonly<Record<string, string>> = {}) {
  const ports = { DESKWIRE_PORT: "0", DESKWIRE_OPS_PORT: "0", DESKWIRE_DEMO_PORT: "0" };
  return loadConfig({ DESKWIRE_DATA: data, ...ports, ...env }, () => "");
}

async function house(t: TestContext, data: string, env: Readonly<Record<string, string>> = {}): Promise<House> {
  const started = await startHouse(settings(data, env), { clock: systemClock, log });
  t.after(() => started.lifecycle.stop());
  return started;
}

/** Whether somebody listens there. */
function answers(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}

test("a house with a demo password does not start beyond loopback, and leaves nothing behind", async (t) => {
  const data = emptyFolder(t);
  await assert.rejects(house(t, data, { DESKWIRE_HOST: "0.0.0.0" }), ExposedDemoError);
  const { addresses } = await house(t, data);
  assert.match(await agentToken(addresses.gateway, "ada"), /^ey/);
});

test("a password of one's own replaces the demo's, in a new folder and in one that had them, and the house may be seen from outside", async (t) => {
  const used = emptyFolder(t);
  await (await startHouse(settings(used), { clock: systemClock, log })).lifecycle.stop();
  for (const data of [emptyFolder(t), used]) {
    const { addresses } = await house(t, data, { DESKWIRE_ADMIN_PASSWORD: "correct horse", DESKWIRE_HOST: "0.0.0.0" });
    for (const username of ["ada", "lin", "sun"]) {
      assert.match(await agentToken(addresses.gateway, username, "correct horse"), /^ey/);
      await assert.rejects(agentToken(addresses.gateway, username), /401/);
    }
  }
});

test("a replaced password stays replaced when it is no longer given", async (t) => {
  const data = emptyFolder(t);
  await (await startHouse(settings(data, { DESKWIRE_ADMIN_PASSWORD: "correct horse" }), { clock: systemClock, log })).lifecycle.stop();
  const { addresses } = await house(t, data, { DESKWIRE_HOST: "0.0.0.0" });
  assert.match(await agentToken(addresses.gateway, "sun", "correct horse"), /^ey/);
});

test("a port that is taken refuses the start, and the folder is free for the next", async (t) => {
  const first = await house(t, emptyFolder(t));
  const { port } = new URL(first.addresses.gateway);
  const data = emptyFolder(t);
  await assert.rejects(house(t, data, { DESKWIRE_PORT: port }), { code: "EADDRINUSE" });
  await house(t, data);
});

test("a stopped house answers nobody any more, and every token of it is good in the next one", async (t) => {
  const data = emptyFolder(t);
  const { addresses, lifecycle } = await startHouse(settings(data), { clock: systemClock, log });
  const { token } = await visitorToken(addresses.gateway);
  await lifecycle.stop();
  await lifecycle.stop();
  assert.deepEqual([await answers(addresses.gateway), await answers(addresses.ops)], [false, false]);
  const next = await house(t, data);
  assert.equal((await call(next.addresses.gateway, "GET", "/v1/conversations", { token })).status, 200);
});

test("a house that stops says so on its ops port first, tells its clients when to come back, and ends their sockets", async (t) => {
  const { addresses, lifecycle } = await house(t, emptyFolder(t));
  const { token } = await visitorToken(addresses.gateway);
  const peer = await Peer.hello(addresses.gateway, token);
  assert.equal((await fetch(`${addresses.ops}/readyz`)).status, 200);
  const stopped = lifecycle.stop();
  assert.equal((await fetch(`${addresses.ops}/readyz`)).status, 503);
  await peer.event("goaway");
  const { code, reason } = await peer.over();
  assert.equal(code, 4000);
  assert.match(reason, /^draining;retry_after_ms=\d+$/);
  await stopped;
});

test("what was sent when the stop began is answered, and is there in the next house", async (t) => {
  const data = emptyFolder(t);
  const { addresses, lifecycle } = await startHouse(settings(data), { clock: systemClock, log });
  const { token } = await visitorToken(addresses.gateway);
  const peer = await Peer.hello(addresses.gateway, token);
  const { c } = await peer.do("open", { ask: { topic: "support" } });
  const sends = Array.from({ length: 10 }, (_, i) => peer.do("send", { c, mid: `m${i}`, kind: "text", body: { text: `${i}` } }));
  const stopped = lifecycle.stop();
  const replies = await Promise.all(sends);
  await stopped;
  const next = await house(t, data);
  const { body } = await call<{ messages: { mid?: string; pos: unknown }[] }>(
    next.addresses.gateway,
    "GET",
    `/v1/conversations/${c}/messages`,
    { token },
  );
  const kept = body.messages.filter(({ mid }) => mid?.startsWith("m")).map(({ pos }) => pos);
  assert.deepEqual(
    kept,
    replies.map(({ pos }) => pos),
  );
});
