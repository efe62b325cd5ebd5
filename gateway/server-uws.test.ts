import assert from "node:assert/strict";
import { once } from "node:events";
import { Agent, type IncomingMessage, request } from "node:http";
import { connect, type Socket as NetSocket } from "node:net";
import { type TestContext, test } from "node:test";
import { WebSocket } from "ws";
import type { DeskError } from "../lib/errors.js";
import { turn } from "../lib/turn.js";
import { freePort } from "../test/support/free-port.js";
import { Gate } from "../test/support/gate.js";
import { log } from "../test/support/log.js";
import { proxyHead } from "../test/support/proxy.js";
import { until } from "../test/support/until.js";
import type { HttpAnswer, HttpRequest } from "./request.js";
import { UwsServer, type UwsServerOptions } from "./server-uws.js";
import type { Arrival, Socket, SocketHandler } from "./socket.js";

const PAYLOAD = 4_096;
const PROXIED = proxyHead("203.0.113.7").toString("latin1");

/** A handler that keeps what it is told, and its socket. */
class Ear implements SocketHandler {
  readonly frames: string[] = [];
  readonly kinds: boolean[] = [];
  readonly closes: number[] = [];
  readonly socket: Socket;
  drains = 0;
  pings = 0;
  pongs = 0;

  constructor(socket: Socket) {
    this.socket = socket;
  }

  frame(bytes: Uint8Array, binary: boolean): void {
    this.frames.push(Buffer.from(bytes).toString());
    this.kinds.push(binary);
  }

  pinged(): void {
    this.pings += 1;
  }

  pong(): void {
    this.pongs += 1;
  }

  drained(): void {
    this.drains += 1;
  }

  closed(code: number): void {
    this.closes.push(code);
  }
}

interface Running {
  readonly server: UwsServer;
  readonly ears: Ear[];
  readonly arrivals: Arrival[];
  readonly requests: HttpRequest[];
  readonly url: string;
}

async function running(t: TestContext, odd: Partial<UwsServerOptions> = {}): Promise<Running> {
  const [ears, arrivals, requests]: [Ear[], Arrival[], HttpRequest[]] = [[], [], []];
  const admit = (arrival: Arrival) => {
    arrivals.push(arrival);
    return (socket: Socket): SocketHandler => {
      const ear = new Ear(socket);
      ears.push(ear);
      return ear;
    };
  };
  const answer = async (asked: HttpRequest): Promise<HttpAnswer> => {
    requests.push(asked);
    return {
      status: 200,
      headers: { "content-type": "text/plain", "x-name": "desk" },
      body: `${asked.method} ${(await asked.body()).byteLength}`,
    };
  };
  const server = new UwsServer({
    ...{
      host: "127.0.0.1",
      port: 0,
      reception: { admit },
      answer,
      payloadBytes: PAYLOAD,
      sendQueueBytes: 262_144,
      idleMs: 60_000,
      trustedProxies: [],
      log,
    },
    ...odd,
  });
  await server.start();
  t.after(() => server.stop());
  return { server, ears, arrivals, requests, url: `http://127.0.0.1:${server.port}` };
}

async function client(
  t: TestContext,
  { url, ears }: Running,
  protocol = "deskwire.v1",
): Promise<{ readonly ws: WebSocket; readonly ear: Ear }> {
  const ws = new WebSocket(`${url.replace("http", "ws")}/v1/ws`, protocol, { origin: "https://shop.example" });
  t.after(() => ws.terminate());
  await once(ws, "open");
  return { ws, ear: ears.at(-1) as Ear };
}

function refusedWith(url: string, protocols: string[]): Promise<number | undefined> {
  const ws = new WebSocket(`${url.replace("http", "ws")}/v1/ws`, protocols);
  return new Promise((resolve) => {
    ws.on("unexpected-response", (_, response: IncomingMessage) => {
      resolve(response.statusCode);
      ws.terminate();
    });
    ws.on("error", () => undefined);
  });
}

/** What the server writes to a connection until it ends it. */
async function wire(t: TestContext, { server }: Running, text: string): Promise<string> {
  const socket = connect(server.port, "127.0.0.1");
  t.after(() => socket.destroy());
  let heard = "";
  socket.setTimeout(5_000, () => socket.destroy(new Error("the server did not end the connection")));
  socket.setEncoding("latin1").on("data", (part: string) => (heard += part));
  socket.write(text, "latin1");
  await once(socket, "close");
  return heard;
}

test("a socket without our subprotocol is refused with 400, one that offers it among others gets it", async (t) => {
  const run = await running(t);
  assert.equal(await refusedWith(run.url, []), 400);
  assert.equal(await refusedWith(run.url, ["other.v1"]), 400);
  const ws = new WebSocket(`${run.url.replace("http", "ws")}/v1/ws`, ["other.v1", "deskwire.v1"]);
  t.after(() => ws.terminate());
  await once(ws, "open");
  assert.equal(ws.protocol, "deskwire.v1");
});

const UPGRADE = [
  "GET /v1/ws HTTP/1.1",
  "host: x",
  "upgrade: websocket",
  "connection: Upgrade",
  "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==",
  "sec-websocket-version: 13",
  "sec-websocket-protocol: deskwire.v1\r\n\r\n",
].join("\r\n");

test("a gateway that takes nobody in answers 503, and other paths take no sockets", async (t) => {
  const closed = await running(t, { reception: { admit: () => undefined } });
  assert.equal(await refusedWith(closed.url, ["deskwire.v1"]), 503);
  assert.match(await wire(t, closed, UPGRADE), /^retry-after: 1\r$/im);
});

test("the head of an upgrade says where it comes from and what it was addressed to", async (t) => {
  const run = await running(t);
  await client(t, run);
  assert.deepEqual(run.arrivals, [{ origin: "https://shop.example", host: `127.0.0.1:${run.server.port}`, address: "127.0.0.1" }]);
});

test("behind a trusted proxy a client is where that says, by as many lines as it likes; others say nothing of themselves", async (t) => {
  const trusting = await running(t, { trustedProxies: ["127.0.0.1"] });
  const wary = await running(t);
  const head = (start: string): string =>
    `${start}\r\nx-forwarded-for: 198.51.100.1\r\nX-Forwarded-For: 203.0.113.7\r\nx-forwarded-for: 127.0.0.1\r\n`;
  const get = `${head("GET / HTTP/1.1\r\nhost: x\r\nconnection: close")}\r\n`;
  for (const run of [trusting, wary]) await wire(t, run, get);
  assert.deepEqual(
    [trusting, wary].map(({ requests }) => requests[0]?.address),
    ["203.0.113.7", "127.0.0.1"],
  );
  for (const run of [trusting, wary]) {
    const ws = new WebSocket(`${run.url.replace("http", "ws")}/v1/ws`, "deskwire.v1", { headers: { "x-forwarded-for": "2001:db8::7" } });
    t.after(() => ws.terminate());
    await once(ws, "open");
  }
  assert.deepEqual(
    [trusting, wary].map(({ arrivals }) => arrivals[0]?.address),
    ["2001:db8::7", "127.0.0.1"],
  );
});

test("a proxy that was forgotten is told in the log, once", async (t) => {
  const said: unknown[] = [];
  const run = await running(t, { log: { ...log, warn: (...what: unknown[]) => void said.push(what) } as unknown as typeof log });
  for (let i = 0; i < 3; i++) await (await fetch(run.url, { headers: { "x-forwarded-for": "203.0.113.7" } })).text();
  assert.deepEqual(said, [
    [{ from: "127.0.0.1" }, "X-Forwarded-For is not believed of this peer; is it a proxy for DESKWIRE_TRUSTED_PROXIES?"],
  ]);
});

test("a connection that came with a PROXY head ends with its first answer", async (t) => {
  const run = await running(t, { trustedProxies: ["127.0.0.1"] });
  assert.match(await wire(t, run, `${PROXIED}GET /one HTTP/1.1\r\nhost: x\r\n\r\n`), /GET 0$/);
  assert.equal(run.requests[0]?.address, "203.0.113.7");
});

test("behind a download that came with a PROXY head nothing more is read: a second head would be the client's own", async (t) => {
  async function* content() {
    for (const part of ["one ", "two ", "three"]) yield Buffer.from(part);
  }
  const asked: HttpRequest[] = [];
  const answer = async (request: HttpRequest): Promise<HttpAnswer> => {
    asked.push(request);
    return { status: 200, headers: {}, body: { bytes: 13, content } };
  };
  const run = await running(t, { trustedProxies: ["127.0.0.1"], answer });
  const socket = connect(run.server.port, "127.0.0.1");
  t.after(() => socket.destroy());
  let heard = "";
  socket.setEncoding("latin1").on("data", (part: string) => (heard += part));
  socket.write(`${PROXIED}GET /one HTTP/1.1\r\nhost: x\r\n\r\n`, "latin1");
  await until("the whole download", () => heard.endsWith("\r\n\r\none two three"));
  assert.match(heard, /^connection: close\r$/im);
  socket.write(`${proxyHead("198.51.100.1").toString("latin1")}GET /two HTTP/1.1\r\nhost: x\r\n\r\n`, "latin1");
  for (let i = 0; i < 5; i++) await (await fetch(`${run.url}/other`)).text();
  assert.deepEqual([...new Set(asked.map(({ path }) => path))], ["/one", "/other"]);
});

test("frames arrive as they were sent, text and binary told apart, and answers go back in order", async (t) => {
  const run = await running(t);
  const { ws, ear } = await client(t, run);
  const heard: string[] = [];
  ws.on("message", (data) => heard.push(String(data)));
  ws.send("Grüße 你好");
  ws.send(Buffer.from("bytes"));
  await until("both frames", () => ear.frames.length === 2);
  assert.deepEqual(
    [ear.frames, ear.kinds],
    [
      ["Grüße 你好", "bytes"],
      [false, true],
    ],
  );
  for (const text of ["a", "b", "c"]) assert.equal(ear.socket.send(text), "sent");
  await until("the answers", () => heard.length === 3);
  assert.deepEqual(heard, ["a", "b", "c"]);
});

test("a frame over the payload limit ends its connection, and the server goes on serving others", async (t) => {
  const run = await running(t);
  const [big, other] = [await client(t, run), await client(t, run)];
  big.ws.on("error", () => undefined);
  big.ws.send("x".repeat(PAYLOAD + 1));
  await once(big.ws, "close");
  other.ws.send("still here");
  await until("the other's frame", () => other.ear.frames.length === 1);
  assert.deepEqual(big.ear.frames, []);
});

test("a close goes out with its code and reason, the handler is told once, and later calls are harmless", async (t) => {
  const run = await running(t);
  const { ws, ear } = await client(t, run);
  ear.socket.close(4100, "token_expired");
  assert.equal(ear.closes.length, 1);
  const [code, reason] = (await once(ws, "close")) as [number, Buffer];
  assert.deepEqual([code, String(reason)], [4100, "token_expired"]);
  ear.socket.send("late");
  ear.socket.ping();
  ear.socket.close(4000, "draining");
  assert.deepEqual([ear.closes.length, ear.socket.buffered()], [1, 0]);
});

test("a ping is answered by the client's library, and the handler hears the pong", async (t) => {
  const run = await running(t);
  const { ear } = await client(t, run);
  ear.socket.ping();
  await until("the pong", () => ear.pongs === 1);
});

test("a client's own ping is answered by the transport, and the handler hears of it", async (t) => {
  const run = await running(t);
  const { ws, ear } = await client(t, run);
  ws.ping();
  await once(ws, "pong");
  assert.equal(ear.pings, 1);
});

test("a client that does not read is cut off at the limit, without one frame skipped, while others are served", async (t) => {
  const run = await running(t);
  const [slow, other] = [await client(t, run), await client(t, run)];
  const heard: number[] = [];
  other.ws.on("message", (data) => heard.push(Number(String(data).slice(0, 6))));
  (slow.ws as unknown as { _socket: NetSocket })._socket.pause();
  const frame = (i: number): string => String(i).padStart(6, "0") + "x".repeat(10_000);
  const answers: string[] = [];
  for (let i = 0; slow.ear.closes.length === 0 && i < 5_000; i++) {
    answers.push(slow.ear.socket.send(frame(i)));
    other.ear.socket.send(frame(i));
    await turn();
  }
  await until("the slow one to be cut", () => slow.ear.closes.length === 1);
  assert.equal(answers.includes("dropped") && answers.indexOf("dropped") < answers.length - 1, false);
  await until("all frames at the other", () => heard.length === answers.length);
  assert.deepEqual(
    heard,
    answers.map((_, i) => i),
  );
});

test("an HTTP request is handed in with its method, path, query, headers and body, and its answer goes back whole", async (t) => {
  const run = await running(t);
  const response = await fetch(`${run.url}/v1/messages?a=1&b=%20`, { method: "POST", body: "hello", headers: { "X-One": "1" } });
  const [asked] = run.requests;
  assert.deepEqual(
    [asked?.method, asked?.path, asked?.query.get("b"), asked?.header("x-one"), asked?.address],
    ["POST", "/v1/messages", " ", "1", "127.0.0.1"],
  );
  assert.deepEqual([response.status, response.headers.get("x-name"), await response.text()], [200, "desk", "POST 5"]);
});

test("an answer without a body leaves its connection good for the next: to HEAD, and where there is no content", async (t) => {
  const statuses = [200, 204, 304, 200];
  const run = await running(t, { answer: async () => ({ status: statuses.shift() ?? 500, headers: { etag: '"a"' }, body: "body" }) });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  t.after(() => agent.destroy());
  const ask = async (method: string): Promise<unknown[]> => {
    const [response] = (await once(request(run.url, { method, agent }).end(), "response")) as [IncomingMessage];
    const { localPort } = response.socket;
    const body = (await response.toArray()).join("");
    return [response.statusCode, response.headers["content-length"], body, localPort];
  };
  const [head, none, same, whole] = [await ask("HEAD"), await ask("GET"), await ask("GET"), await ask("GET")];
  assert.deepEqual(
    [head, none, same, whole].map((said) => said.slice(0, 3)),
    [
      [200, "4", ""],
      [204, undefined, ""],
      [304, undefined, ""],
      [200, "4", "body"],
    ],
  );
  assert.equal(new Set([head, none, same, whole].map((said) => said.at(-1))).size, 1);
});

test("a body over the limit is handed in as too large, whatever it says of its length, and the connection ends", async (t) => {
  const run = await running(t, {
    answer: async ({ body }) => {
      const code = await Promise.resolve()
        .then(body)
        .then(
          () => "fits",
          (error: DeskError) => error.code,
        );
      return { status: 413, headers: {}, body: code };
    },
  });
  const chunked = `POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n1001\r\n${"x".repeat(PAYLOAD + 1)}\r\n0\r\n\r\n`;
  const whole = `POST / HTTP/1.1\r\nhost: x\r\ncontent-length: ${PAYLOAD + 1}\r\n\r\n${"x".repeat(PAYLOAD + 1)}`;
  for (const text of [chunked, whole]) assert.match(await wire(t, run, text), /^HTTP\/1.1 413 Content Too Large.*too_large$/s);
  const fitting = await fetch(run.url, { method: "POST", body: "x".repeat(PAYLOAD) });
  assert.equal(await fitting.text(), "fits");
});

test("a client that is gone before its answer costs nothing", async (t) => {
  const gate = new Gate();
  const answer = async ({ path }: HttpRequest): Promise<HttpAnswer> => {
    await (path === "/slow" ? gate.opened : undefined);
    return { status: 200, headers: {}, body: path };
  };
  const run = await running(t, { answer });
  const asked = request(`${run.url}/slow`);
  asked.on("error", () => undefined).end();
  const [socket] = (await once(asked, "socket")) as [NetSocket];
  await once(socket, "connect");
  assert.equal(await (await fetch(`${run.url}/behind`)).text(), "/behind");
  asked.destroy();
  // The server has seen the other end go when it answers what came after.
  assert.equal(await (await fetch(`${run.url}/after`)).text(), "/after");
  gate.open();
  assert.equal(await (await fetch(`${run.url}/still`)).text(), "/still");
});

test("a port that is taken is refused with its address, also when the other is one of ours", async (t) => {
  const port = await freePort();
  const run = await running(t, { port });
  await assert.rejects(running(t, { port }), { code: "EADDRINUSE", address: "127.0.0.1", port });
  assert.equal(await (await fetch(run.url)).text(), "GET 0");
});

test("a draining server serves the sockets it has, a stopped one cuts them and takes no connection", async (t) => {
  const run = await running(t);
  const { ws, ear } = await client(t, run);
  await run.server.drain();
  ear.socket.send("still here");
  const [data] = (await once(ws, "message")) as [Buffer];
  assert.equal(String(data), "still here");
  await run.server.stop();
  await once(ws, "close");
  await assert.rejects(fetch(run.url));
});

test("a draining server answers calls, and with each answer it ends the connection", async (t) => {
  const run = await running(t);
  await run.server.drain();
  assert.match(await wire(t, run, "GET /v1/x HTTP/1.1\r\nhost: x\r\n\r\n"), /^connection: close\r$/im);
  const head = await fetch(`${run.url}/v1/x`, { method: "HEAD" });
  assert.equal(head.headers.get("connection"), "close");
});
