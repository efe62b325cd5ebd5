import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, type TestContext, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { HouseProcess } from "./support/house-process.js";
import { type Answered, type Client, callFrom, helloFrom, peerFrom, tokenFrom, visitorFrom } from "./support/outside.js";
import type { Frame, Peer } from "./support/peer.js";
import { carryingProxy, forwardingProxy, proxyHead } from "./support/proxy.js";
import { until } from "./support/until.js";

/** Small, so that each is met. Every test comes from addresses of its own. */
const LIMITS = {
  DESKWIRE_TRUSTED_PROXIES: "127.0.0.1",
  DESKWIRE_EXEMPT_ADDRESSES: "none",
  DESKWIRE_OWN_ORIGINS: "https://desk.example",
  DESKWIRE_VISITORS_PER_ADDRESS: "3/3s",
  DESKWIRE_CALLS_PER_ADDRESS: "12/12s",
  DESKWIRE_CALLS_PER_USER: "8/8s",
  DESKWIRE_UPLOADS_PER_ADDRESS: "2/2s",
  DESKWIRE_SOCKETS_PER_ADDRESS: "6",
  DESKWIRE_SOCKETS_PER_USER: "2",
  DESKWIRE_GREETING_PER_ADDRESS: "3",
  DESKWIRE_CONNECTS_PER_ADDRESS: "8/2s",
  DESKWIRE_COMMANDS_PER_SOCKET: "20/s",
  DESKWIRE_EXCESS_PER_SOCKET: "30/min",
  DESKWIRE_SENDS_PER_USER: "6/6s",
  DESKWIRE_HELLO_TIMEOUT_MS: "1s",
};

const data = mkdtempSync(join(tmpdir(), "deskwire-"));
const house = await HouseProcess.start({ data, env: LIMITS });
const { url } = house;
after(async () => {
  await house.kill();
  rmSync(data, { recursive: true, force: true });
});

/** How many of so many visitors may begin, one after another. */
async function begun(client: Client, to: string, tries: number): Promise<number> {
  let count = 0;
  for (let i = 0; i < tries; i++) count += (await visitorFrom(client, to)).status === 200 ? 1 : 0;
  return count;
}

function refusedForNow({ status, headers, body }: Answered): number {
  const retry_after_ms = body["retry_after_ms"] as number;
  assert.deepEqual([status, body["code"], body["retry"]], [429, "rate_limited", true]);
  assert.ok(retry_after_ms > 0);
  assert.equal(headers["retry-after"], String(Math.ceil(retry_after_ms / 1_000)));
  return retry_after_ms;
}

/** Its error, which has to be this one and to say when to go on. */
function errorOf(reply: Frame, code: string): number {
  const error = reply["error"] as Frame;
  assert.equal(error["code"], code);
  assert.ok((error["retry_after_ms"] as number) > 0);
  return error["retry_after_ms"] as number;
}

/** The time it was closed with. */
async function overloaded(peer: Peer): Promise<number> {
  const { code, reason } = await peer.over();
  assert.equal(code, 4004);
  assert.match(reason, /^overloaded;retry_after_ms=\d+$/);
  return Number(reason.split("=")[1]);
}

function kept(t: TestContext, ...peers: Peer[]): void {
  t.after(() => {
    for (const peer of peers) peer.cut();
  });
}

test("fifty clients behind one trusted proxy do not share a budget: each begins, connects, asks and sends", async (t) => {
  const proxy = await forwardingProxy(t, { to: url });
  const clients = Array.from({ length: 50 }, (_, i) => ({ from: `127.1.0.${i + 1}` }));
  const said = clients.map(async (client) => {
    const peer = await helloFrom(client, proxy, await tokenFrom(client, proxy));
    kept(t, peer);
    const { c } = await peer.do("open", { ask: { topic: "support" } });
    return (await peer.do("send", { c, mid: "m1", kind: "text", body: { text: "hello" } }))["pos"];
  });
  assert.equal((await Promise.all(said)).filter(Array.isArray).length, 50);
});

test("clients behind a proxy that is not trusted are that proxy", async (t) => {
  const proxy = await forwardingProxy(t, { to: url, from: "127.2.0.99" });
  const each = await Promise.all(Array.from({ length: 5 }, (_, i) => begun({ from: `127.2.0.${i + 1}` }, proxy, 1)));
  assert.equal(each.filter((count) => count === 1).length, 3);
});

test("a forged header gains nothing, neither directly nor in front of what a trusted proxy adds", async (t) => {
  const proxy = await forwardingProxy(t, { to: url });
  const forging = (from: string, i: number): Client => ({
    from,
    headers: { "x-forwarded-for": `198.51.100.${i}`, "x-real-ip": `198.51.100.${i}` },
  });
  const tries = async (from: string, to: string): Promise<number> => {
    let count = 0;
    for (let i = 0; i < 6; i++) count += await begun(forging(from, i), to, 1);
    return count;
  };
  assert.deepEqual([await tries("127.3.0.1", url), await tries("127.3.0.2", proxy)], [3, 3]);
});

test("PROXY protocol is believed of a trusted proxy only, and with it what the client writes itself is not read", async (t) => {
  const proxy = await carryingProxy(t, { to: url });
  const forged = { "x-forwarded-for": "198.51.100.50" };
  assert.equal(await begun({ from: "127.4.0.1", headers: forged }, proxy, 4), 3);
  assert.equal(await begun({ from: "127.4.0.2", headers: forged }, proxy, 1), 1);
  let seen = 0;
  const untrusted = await carryingProxy(t, { to: url, from: "127.4.0.9", sees: () => `198.51.100.${60 + seen++}` });
  assert.equal(await begun({ from: "127.4.0.3" }, untrusted, 5), 3);
});

test("a client behind PROXY protocol cannot say a second time where it is from: its connection ends with the first answer", async (t) => {
  const proxy = await carryingProxy(t, { to: url });
  const socket = connect({ host: "127.0.0.1", port: Number(new URL(proxy).port), localAddress: "127.4.1.1" });
  t.after(() => socket.destroy());
  let heard = "";
  let ended = false;
  socket.setEncoding("latin1").on("data", (part: string) => (heard += part));
  socket.on("close", () => (ended = true)).on("error", () => undefined);
  socket.write("GET /v1/site/demo HTTP/1.1\r\nhost: x\r\n\r\n");
  await until("the first answer", () => heard.includes("HTTP/1.1 200"));
  socket.write(Buffer.concat([proxyHead("198.51.100.70"), Buffer.from("GET /v1/site/demo HTTP/1.1\r\nhost: x\r\n\r\n")]));
  await until("the end of the connection", () => ended);
  assert.equal(heard.split("HTTP/1.1 200").length, 2);
});

test("two addresses of one /64 share a budget, those of another have their own", async (t) => {
  let at = "";
  const proxy = await forwardingProxy(t, { to: url, sees: () => at });
  const from = (address: string, tries: number): Promise<number> => {
    at = address;
    return begun({ from: "127.5.0.1" }, proxy, tries);
  };
  assert.equal(await from("2001:db8:5::1", 2), 2);
  assert.equal(await from("2001:db8:5::ffff:2", 2), 1);
  assert.equal(await from("[2001:db8:5:0:1::3]:4711", 1), 0);
  assert.equal(await from("2001:db8:5:1::1", 1), 1);
});

test("a page of an unlisted origin is refused at hello and at every call, and may not read why", async (t) => {
  const client = { from: "127.6.0.1" };
  const token = await tokenFrom(client, url);
  for (const [i, origin] of ["https://evil.example", "null", "https://DESK.example"].entries()) {
    const page = { from: `127.6.1.${i + 1}`, headers: { origin, host: new URL(origin === "null" ? "http://x" : origin).host } };
    const peer = await peerFrom(page, url).opened();
    kept(t, peer);
    assert.equal(((await peer.ask("hello", { token }))["error"] as Frame)["code"], "forbidden");
    assert.deepEqual(await peer.over(), { code: 4202, reason: "forbidden" });
    const asked = { ...page, from: `127.6.2.${i + 1}`, token };
    for (const answer of [
      await callFrom(asked, url, "GET", "/v1/conversations"),
      await callFrom(page, url, "GET", "/v1/site/demo"),
      await visitorFrom(page, url),
      await callFrom({ ...page, token: "bad" }, url, "GET", "/v1/conversations"),
      await callFrom(page, url, "GET", "/v1/nothing"),
    ])
      assert.deepEqual(
        [answer.status, answer.body["code"], answer.headers["access-control-allow-origin"]],
        [403, "forbidden", undefined],
        origin,
      );
  }
});

test("a preflight is answered for listed origins only, with exactly that origin", async () => {
  const ask = (origin: string) => callFrom({ from: "127.6.3.1", headers: { origin } }, url, "OPTIONS", "/v1/visitors");
  const [own, evil] = [await ask("https://desk.example"), await ask("https://evil.example")];
  assert.deepEqual([own.status, own.headers["access-control-allow-origin"]], [204, "https://desk.example"]);
  assert.deepEqual([evil.status, evil.headers["access-control-allow-origin"]], [403, undefined]);
});

test("who begins too many visitors, or calls too often, is told when to go on; others are not, and then it goes on", async () => {
  const [busy, other] = [{ from: "127.7.0.1" }, { from: "127.7.0.2" }];
  assert.equal(await begun(busy, url, 3), 3);
  const wait_ms = refusedForNow(await visitorFrom(busy, url));
  assert.equal((await visitorFrom(other, url)).status, 200);
  await pause(wait_ms);
  assert.equal((await visitorFrom(busy, url)).status, 200);

  const site = (client: Client) => callFrom(client, url, "GET", "/v1/site/demo");
  const caller = { from: "127.7.0.3" };
  for (let i = 0; i < 12; i++) assert.equal((await site(caller)).status, 200);
  const call_wait_ms = refusedForNow(await site(caller));
  assert.equal((await site(other)).status, 200);
  await pause(call_wait_ms);
  assert.equal((await site(caller)).status, 200);
});

test("a user's calls are counted wherever they come from, and another user of the same addresses is not slowed", async () => {
  const [wei, mia] = [await tokenFrom({ from: "127.8.0.1" }, url), await tokenFrom({ from: "127.8.0.1" }, url)];
  const list = (token: string, i: number) => callFrom({ from: `127.8.0.${2 + (i % 2)}`, token }, url, "GET", "/v1/conversations");
  for (let i = 0; i < 8; i++) assert.equal((await list(wei, i)).status, 200);
  const wait_ms = refusedForNow(await list(wei, 8));
  assert.equal((await list(mia, 0)).status, 200);
  await pause(wait_ms);
  assert.equal((await list(wei, 9)).status, 200);
});

test("a user's sends are counted over its sockets and HTTP together, another user's are its own", async (t) => {
  const client = { from: "127.9.0.1" };
  const token = await tokenFrom(client, url);
  const [one, two] = [await helloFrom(client, url, token), await helloFrom(client, url, token)];
  const other = await helloFrom(client, url, await tokenFrom(client, url));
  kept(t, one, two, other);
  const { c } = await one.do("open", { ask: { topic: "support" } });
  let mids = 0;
  const send = () => ({ c, mid: `m${++mids}`, kind: "text", body: { text: "hello" } });
  for (const peer of [one, two, one, two]) await peer.do("send", send());
  for (let i = 0; i < 2; i++) assert.equal((await callFrom({ ...client, token }, url, "POST", "/v1/messages", send())).status, 200);
  const wait_ms = errorOf(await one.ask("send", send()), "rate_limited");
  refusedForNow(await callFrom({ ...client, token }, url, "POST", "/v1/messages", send()));
  const theirs = await other.do("open", { ask: { topic: "support" } });
  await other.do("send", { ...send(), c: theirs["c"] });
  await pause(wait_ms);
  await one.do("send", send());
});

test("a socket that asks too fast is told when to go on, drops what wants no answer, and goes on; one that does not care is closed for good", async (t) => {
  const client = { from: "127.10.0.1" };
  const token = await tokenFrom(client, url);
  const [fast, calm] = [await helloFrom(client, url, token), await helloFrom(client, url, await tokenFrom(client, url))];
  kept(t, fast, calm);
  const replies = await Promise.all(Array.from({ length: 25 }, () => fast.ask("ping")));
  const refused = replies.filter(({ error }) => error !== undefined);
  assert.ok(refused.length >= 4);
  const wait_ms = Math.max(...refused.map((reply) => errorOf(reply, "rate_limited")));
  await calm.do("ping");
  await pause(wait_ms);
  await fast.do("ping");

  for (let i = 0; i < 100; i++) fast.raw(JSON.stringify({ op: "typing", c: "c_none" }));
  assert.deepEqual(await fast.over(), { code: 4205, reason: "abuse" });
  await calm.do("ping");
});

test("an address has so many sockets, a user so many of them, and new ones so fast", async (t) => {
  const client = { from: "127.11.0.1" };
  const tokens = [await tokenFrom(client, url), await tokenFrom(client, url), await tokenFrom(client, url)];
  const all: Peer[] = [];
  for (const token of [...tokens, ...tokens]) all.push(await helloFrom(client, url, token));
  kept(t, ...all);
  const seventh = await peerFrom(client, url).opened();
  assert.equal(await overloaded(seventh), 5_000);

  // From another address, so that the user's own limit is what is met.
  const third = await helloFrom({ from: "127.11.0.2" }, url, tokens[0] as string);
  kept(t, third);
  assert.deepEqual(await (all[0] as Peer).over(), { code: 4203, reason: "replaced" });
  await Promise.all([third.do("ping"), (all[3] as Peer).do("ping"), (all[1] as Peer).do("ping")]);
  const instead = await helloFrom(client, url, tokens[1] as string);
  kept(t, instead);

  const hasty = { from: "127.11.0.3" };
  for (let i = 0; i < 8; i++) (await peerFrom(hasty, url).opened()).cut();
  const wait_ms = await overloaded(await peerFrom(hasty, url).opened());
  assert.ok(wait_ms <= 250);
  await pause(wait_ms);
  kept(t, await helloFrom(hasty, url, tokens[2] as string));
});

test("sockets that say nothing are closed when their time is over, and until then no more of them are let in", async (t) => {
  const client = { from: "127.12.0.1" };
  const token = await tokenFrom(client, url);
  const silent = await Promise.all(Array.from({ length: 3 }, () => peerFrom(client, url).opened()));
  kept(t, ...silent, await helloFrom({ from: "127.12.0.2" }, url, token));
  await overloaded(await peerFrom(client, url).opened());
  for (const peer of silent) assert.deepEqual(await peer.over(), { code: 4003, reason: "hello_timeout" });
  kept(t, await helloFrom(client, url, token));
});

test("uploads of an address have a rate", async () => {
  const client = { from: "127.13.0.1" };
  const token = await tokenFrom(client, url);
  const upload = () => callFrom({ ...client, token }, url, "POST", "/v1/files?c=c_none&name=a");
  const codes = [await upload(), await upload()].map(({ body }) => body["code"]);
  assert.equal(codes.includes("rate_limited"), false);
  const wait_ms = refusedForNow(await upload());
  await pause(wait_ms);
  assert.notEqual((await upload()).body["code"], "rate_limited");
});
