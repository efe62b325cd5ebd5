import { once } from "node:events";
import { createServer as createHttpServer, type Server as HttpServer, type IncomingMessage, request } from "node:http";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { TestContext } from "node:test";

export interface ProxyOptions {
  /** Where it hands on to. */
  readonly to: string;
  /** The loopback address it comes from itself. */
  readonly from?: string;
  /** Where it says that a client is; what it sees when left out. */
  readonly sees?: (client: string) => string;
}

/** A reverse proxy for HTTP and WebSocket that adds the client's address to X-Forwarded-For, as nginx does. Answers its URL. */
export async function forwardingProxy(
  t: TestContext,
  { to, from = "127.0.0.1", sees = (client) => client }: ProxyOptions,
): Promise<string> {
  const target = new URL(to);
  const headersOf = ({ headers, socket }: IncomingMessage) => {
    const own = [headers["x-forwarded-for"] ?? []].flat();
    return { ...headers, "x-forwarded-for": [...own, sees(socket.remoteAddress ?? "")].join(", ") };
  };
  const server = createHttpServer((incoming, answer) => {
    const { method, url } = incoming;
    const onward = request(target, { method, path: url, headers: headersOf(incoming), localAddress: from, agent: false }, (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(answer);
    });
    onward.on("error", () => answer.destroy());
    incoming.pipe(onward);
  });
  server.on("upgrade", (incoming: IncomingMessage, client: Duplex, first: Buffer) => {
    const lines = Object.entries(headersOf(incoming)).map(([name, value]) => `${name}: ${value}\r\n`);
    const onward = connect({ host: target.hostname, port: Number(target.port), localAddress: from });
    onward.write(`GET ${incoming.url} HTTP/1.1\r\n${lines.join("")}\r\n`);
    onward.write(first);
    joined(client, onward);
  });
  return serving(t, server);
}

const SIGNATURE = Buffer.from([0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a]);

/** The head by which PROXY protocol v2 says that a connection over IPv4 comes from this client. */
export function proxyHead(client: string): Buffer {
  const addresses = [...client.split("."), ..."127.0.0.1".split(".")].map(Number);
  return Buffer.concat([SIGNATURE, Buffer.from([0x21, 0x11, 0, 12, ...addresses, 0x30, 0x39, 0x1f, 0x90])]);
}

/** A proxy that reads nothing of what it carries and says by PROXY protocol v2 where it comes from. Answers its URL. */
export async function carryingProxy(t: TestContext, { to, from = "127.0.0.1", sees = (client) => client }: ProxyOptions): Promise<string> {
  const target = new URL(to);
  const server = createServer((client) => {
    client.once("data", (first) => {
      const onward = connect({ host: target.hostname, port: Number(target.port), localAddress: from });
      onward.write(Buffer.concat([proxyHead(sees(client.remoteAddress ?? "")), first]));
      joined(client, onward);
    });
  });
  return serving(t, server);
}

function joined(client: Duplex, onward: Socket): void {
  for (const [one, other] of [
    [client, onward],
    [onward, client],
  ] as const) {
    one.pipe(other);
    one.on("error", () => other.destroy());
    one.on("close", () => other.destroy());
  }
}

async function serving(t: TestContext, server: Server | HttpServer): Promise<string> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => sockets.delete(socket));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  t.after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
