import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { type TestContext, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { emptyFolder } from "./support/folder.js";
import { HouseProcess } from "./support/house-process.js";
import { callFrom, helloFrom, peerFrom, tokenFrom } from "./support/outside.js";
import type { Frame, Peer } from "./support/peer.js";
import { until } from "./support/until.js";

const MiB = 1024 ** 2;

async function housed(t: TestContext, env: Readonly<Record<string, string>>): Promise<HouseProcess> {
  const house = await HouseProcess.start({ data: emptyFolder(t), env });
  t.after(() => house.kill());
  return house;
}

async function kept(t: TestContext, opening: Promise<Peer>): Promise<Peer> {
  const peer = await opening;
  t.after(() => peer.cut());
  return peer;
}

function codeOf({ error }: Frame): unknown {
  return (error as Frame | undefined)?.["code"];
}

test("a full tenant lets nobody in until somebody leaves, and says when to try; what it sends too fast is refused, whoever sends it", async (t) => {
  const { url } = await housed(t, { DESKWIRE_SOCKETS_PER_TENANT: "2", DESKWIRE_SENDS_PER_TENANT: "4/2s" });
  const tokens = await Promise.all([tokenFrom({}, url), tokenFrom({}, url), tokenFrom({}, url)]);
  const [wei, mia] = [await kept(t, helloFrom({}, url, tokens[0])), await kept(t, helloFrom({}, url, tokens[1]))];
  const late = await kept(t, peerFrom({}, url).opened());
  assert.equal(codeOf(await late.ask("hello", { token: tokens[2] })), "busy");
  assert.deepEqual(await late.over(), { code: 4004, reason: "overloaded;retry_after_ms=5000" });

  const send = async (peer: Peer, c: unknown, mid: string): Promise<Frame> =>
    peer.ask("send", { c, mid, kind: "text", body: { text: "hello" } });
  const [hers, his] = [await mia.do("open", { ask: {} }), await wei.do("open", { ask: {} })];
  for (const mid of ["m1", "m2"])
    for (const [peer, { c }] of [
      [wei, his],
      [mia, hers],
    ] as const)
      assert.equal(codeOf(await send(peer, c, mid)), undefined);
  const refused = await send(wei, his["c"], "m3");
  assert.equal(codeOf(refused), "rate_limited");
  await pause((refused["error"] as Frame)["retry_after_ms"] as number);
  assert.equal(codeOf(await send(wei, his["c"], "m3")), undefined);

  await mia.close();
  await kept(t, helloFrom({}, url, tokens[2]));
});

test("a crowd is taken in as fast as the node can: each that is too many comes back at a time of its own, and all get in", async (t) => {
  const { url } = await housed(t, { DESKWIRE_CONNECTS_PER_NODE: "10/s" });
  const token = await tokenFrom({}, url);
  const times: number[] = [];
  const greeted = async (): Promise<Peer> => {
    const peer = await peerFrom({}, url).opened();
    const hello = await peer.ask("hello", { token }).catch(() => undefined);
    if (hello && codeOf(hello) === undefined) return peer;
    const wait_ms = Number((await peer.over()).reason.split("retry_after_ms=")[1]);
    times.push(wait_ms);
    await pause(wait_ms);
    return greeted();
  };
  const peers = await Promise.all(Array.from({ length: 20 }, () => kept(t, greeted())));
  assert.equal(peers.length, 20);
  assert.ok(times.length >= 8 && times.length <= 20, `${times.length} were sent away`);
  assert.ok(new Set(times.map((wait_ms) => Math.round(wait_ms / 100))).size >= 8, `they were told ${times}`);
});

test("a full node closes whoever comes with when to try again", async (t) => {
  const { url } = await housed(t, { DESKWIRE_SOCKETS_PER_NODE: "2" });
  const first = await kept(t, peerFrom({}, url).opened());
  await kept(t, peerFrom({}, url).opened());
  assert.deepEqual(await (await peerFrom({}, url).opened()).over(), { code: 4004, reason: "overloaded;retry_after_ms=5000" });
  await first.close();
  await kept(t, helloFrom({}, url, await tokenFrom({}, url)));
});

test("what waits for the answer to hello is bounded in bytes, and the body of a call too, with a token or without", async (t) => {
  const { url } = await housed(t, {});
  const token = await tokenFrom({}, url);
  const pipelined = async (bytes: number): Promise<Peer> => {
    const peer = await kept(t, peerFrom({}, url).opened());
    peer.raw(JSON.stringify({ op: "hello", id: 1, token }));
    peer.raw(JSON.stringify({ op: "ping", id: 2, padding: "x".repeat(bytes) }));
    peer.raw(JSON.stringify({ op: "ping", id: 3 }));
    return peer;
  };
  const modest = await pipelined(30 * 1024);
  await modest.frame(({ re }) => re === 3, "the reply to what waited");
  assert.deepEqual(
    modest.frames.map(({ re }) => re),
    [1, 2, 3],
  );
  const { code, reason } = await (await pipelined(33 * 1024)).over();
  assert.deepEqual([code, reason], [4004, "overloaded"]);
  const body = { tenant: "demo", name: "x".repeat(100 * 1024) };
  for (const path of ["/v1/visitors", "/v1/login"]) assert.equal((await callFrom({}, url, "POST", path, body)).body["code"], "too_large");
});

/** A frame of this many bytes, and all of it but the last byte: the server has to keep what came. */
function unfinished(bytes: number): Buffer {
  const head = Buffer.alloc(14);
  head[0] = 0x81;
  head[1] = 0x80 | 127;
  head.writeBigUInt64BE(BigInt(bytes), 2);
  return Buffer.concat([head, Buffer.alloc(bytes - 1, 0x61)]);
}

async function upgraded(t: TestContext, url: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  t.after(() => socket.destroy());
  socket.on("error", () => undefined);
  const key = randomBytes(16).toString("base64");
  const lines = ["GET /v1/ws HTTP/1.1", "host: x", "upgrade: websocket", "connection: upgrade", `sec-websocket-key: ${key}`];
  socket.write([...lines, "sec-websocket-version: 13", "sec-websocket-protocol: deskwire.v1", "\r\n"].join("\r\n"));
  await once(socket, "data");
  return socket;
}

function residentBytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1024;
}

test("two thousand sockets that never finish their first frame hold 128 KiB each at most, others are served, and at their time's end they are gone", async (t) => {
  const house = await housed(t, {
    DESKWIRE_HELLO_TIMEOUT_MS: "15s",
    DESKWIRE_CONNECTS_PER_NODE: "100000/s",
    DESKWIRE_GREETING_PER_NODE: "2001",
  });
  const { url, pid } = house;
  const token = await tokenFrom({}, url);
  const before = residentBytes(pid);
  const sockets: Socket[] = [];
  for (let i = 0; i < 20; i++) sockets.push(...(await Promise.all(Array.from({ length: 100 }, () => upgraded(t, url)))));
  const frame = unfinished(95 * 1024);
  await Promise.all(sockets.map((socket) => new Promise<void>((resolve) => void socket.write(frame, () => resolve()))));
  await kept(t, helloFrom({}, url, token));
  const held = residentBytes(pid) - before;
  t.diagnostic(`${(held / MiB).toFixed(0)} MiB for ${sockets.length} sockets, ${(held / sockets.length / 1024).toFixed(0)} KiB each`);
  assert.ok(held <= sockets.length * 128 * 1024, `${(held / MiB).toFixed(0)} MiB are held`);
  await until(
    "all of them to be closed",
    async () => (await house.counter("deskwire_gateway_closes_total", "hello_timeout")) === sockets.length,
    30_000,
  );
});
