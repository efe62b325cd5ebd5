import uws, { type HttpResponse, type HttpRequest as UwsRequest, type us_listen_socket, type WebSocket } from "uWebSockets.js";
import { Networks, networkOf, parseAddress } from "../lib/address.js";
import type { Logger } from "../lib/log.js";
import type { Service } from "../lib/service.js";
import { UwsBody } from "./body-uws.js";
import { clientAddress, type Hops } from "./client-address.js";
import { writeDownload } from "./download-uws.js";
import { hopsOf } from "./hops-uws.js";
import type { Download, HttpAnswer, HttpRequest } from "./request.js";
import type { Arrival, Reception, Socket, SocketHandler } from "./socket.js";

export interface UwsServerOptions {
  readonly host: string;
  readonly port: number;
  readonly reception: Reception;
  readonly answer: (request: HttpRequest) => Promise<HttpAnswer>;
  /** Largest frame or body the transport takes at all. */
  readonly payloadBytes: number;
  /** Unsent bytes after which a client counts as too slow. */
  readonly sendQueueBytes: number;
  readonly idleMs: number;
  /** Whose word on a client's address is believed, in CIDR notation. */
  readonly trustedProxies: readonly string[];
  readonly log: Logger;
}

/** Two processes must not share the port by accident. */
const EXCLUSIVE = 1;

type ListenExclusively = (host: string, port: number, options: number, done: (listening: us_listen_socket | false) => void) => void;

const SUBPROTOCOL = "deskwire.v1";
/** For whoever comes to a server that takes nobody in: long enough for another one to be found. */
const RETRY_AFTER_S = "1";
const SOCKET_PATH = "/v1/ws";

interface Attached {
  readonly accept: (socket: Socket) => SocketHandler;
  readonly address: string;
  handler?: SocketHandler;
  socket?: UwsSocket;
}

/** WebSocket and HTTP for clients, on uWebSockets.js. The only file that knows it. */
export class UwsServer implements Service {
  readonly name = "server";
  readonly #options: UwsServerOptions;
  readonly #trusted: Networks;
  #wary = false;
  #app: uws.TemplatedApp | undefined;
  #listening: us_listen_socket | undefined;
  #draining = false;

  constructor(options: UwsServerOptions) {
    this.#options = options;
    this.#trusted = new Networks(options.trustedProxies);
  }

  /** The port it listens on; 0 while it does not. */
  get port(): number {
    return this.#listening ? uws.us_socket_local_port(this.#listening) : 0;
  }

  /** Rejects with EADDRINUSE when the address cannot be listened on. */
  async start(): Promise<void> {
    if (this.#app) return;
    const { host, port, payloadBytes, sendQueueBytes, idleMs } = this.#options;
    const app = uws.App();
    app.ws<Attached>(SOCKET_PATH, {
      maxPayloadLength: payloadBytes,
      maxBackpressure: sendQueueBytes,
      // Typed as a number; what counts is whether it is true.
      closeOnBackpressureLimit: 1,
      sendPingsAutomatically: true,
      idleTimeout: idleSeconds(idleMs),
      upgrade: (response, request, context) => this.#upgrade(response, request, context),
      open: (ws) => open(ws),
      message: (ws, bytes, binary) => ws.getUserData().handler?.frame(new Uint8Array(bytes.slice(0)), binary),
      ping: (ws) => ws.getUserData().handler?.pinged(),
      pong: (ws) => ws.getUserData().handler?.pong(),
      drain: (ws) => ws.getUserData().handler?.drained(),
      close: (ws, code) => close(ws, code),
    });
    app.any("/*", (response, request) => this.#http(response, request));
    await this.#listen(app, host, port);
    this.#app = app;
    this.#draining = false;
  }

  /**
   * Every answer is its connection's last. It goes on listening, because whoever was sent here just before learns more from a refusal with a
   * time than from a port that is shut; the sockets that are here are the gateway's to close.
   */
  async drain(): Promise<void> {
    this.#draining = true;
  }

  async stop(): Promise<void> {
    if (this.#listening) uws.us_listen_socket_close(this.#listening);
    this.#listening = undefined;
    this.#app?.close();
    this.#app = undefined;
  }

  #listen(app: uws.TemplatedApp, host: string, port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      // With options the call is missing from the types.
      const listen = app.listen.bind(app) as unknown as ListenExclusively;
      listen(host, port, EXCLUSIVE, (listening) => {
        if (!listening) return reject(Object.assign(new Error("cannot listen"), { code: "EADDRINUSE", address: host, port }));
        this.#listening = listening;
        resolve();
      });
    });
  }

  #clientOf(hops: Hops): string {
    const address = clientAddress(hops, this.#trusted);
    // Once: whoever comes may send such a header. But where a proxy of ours was forgotten, all its clients share its limits.
    if (!this.#wary && hops.forwarded.length > 0 && address === parseAddress(hops.peer) && !this.#trusted.has(address)) {
      this.#wary = true;
      this.#options.log.warn(
        { from: networkOf(address) },
        "X-Forwarded-For is not believed of this peer; is it a proxy for DESKWIRE_TRUSTED_PROXIES?",
      );
    }
    return address;
  }

  #upgrade(response: HttpResponse, request: UwsRequest, context: uws.us_socket_context_t): void {
    const protocols = request.getHeader("sec-websocket-protocol").split(/\s*,\s*/);
    if (!protocols.includes(SUBPROTOCOL)) return refuse(response, "400 Bad Request", `The subprotocol ${SUBPROTOCOL} is required.`);
    const arrival: Arrival = {
      origin: request.getHeader("origin") || undefined,
      host: request.getHeader("host") || undefined,
      address: this.#clientOf(hopsOf(response, request)),
    };
    const accept = this.#options.reception.admit(arrival);
    if (!accept) return refuse(response, "503 Service Unavailable", "This server takes no new connections.", RETRY_AFTER_S);
    response.upgrade<Attached>(
      { accept, address: arrival.address },
      request.getHeader("sec-websocket-key"),
      SUBPROTOCOL,
      request.getHeader("sec-websocket-extensions"),
      context,
    );
  }

  #http(response: HttpResponse, request: UwsRequest): void {
    const headers = new Map<string, string>();
    const hops = hopsOf(response, request);
    request.forEach((name, value) => void headers.set(name, value));
    const head = {
      method: request.getMethod().toUpperCase(),
      path: request.getUrl(),
      query: new URLSearchParams(request.getQuery() ?? ""),
      header: (name: string) => headers.get(name),
      address: this.#clientOf(hops),
    };
    const body = new UwsBody(response, !headers.has("content-length") && !headers.has("transfer-encoding"));
    let gone = false;
    const leaving = new AbortController();
    const left = new Promise<void>((resolve) => {
      response.onAborted(() => {
        gone = true;
        body.aborted();
        leaving.abort();
        resolve();
      });
    });
    const read = { body: () => body.all(this.#options.payloadBytes), content: () => body.parts() };
    void this.#options.answer({ ...head, ...read, aborted: leaving.signal }).then((answer) => {
      if (gone) return;
      // The library takes a new PROXY header in front of every request: a second one would be the client's own.
      const last = this.#draining || hops.proxied !== "" || !body.whole || /^close$/i.test(headers.get("connection") ?? "");
      body.discard();
      write(response, answer, {
        bare: head.method === "HEAD",
        last,
        left,
        failed: (err) => this.#options.log.warn({ err, path: head.path }, "a download broke off"),
      });
    });
  }
}

/** uWebSockets.js takes a multiple of 4 s, from 8 to 960. */
function idleSeconds(idle_ms: number): number {
  return Math.min(960, Math.max(8, Math.round(idle_ms / 4_000) * 4));
}

function refuse(response: HttpResponse, status: string, text: string, retry_after_s?: string): void {
  response.cork(() => {
    response.writeStatus(status).writeHeader("content-type", "text/plain; charset=utf-8");
    if (retry_after_s !== undefined) response.writeHeader("retry-after", retry_after_s);
    response.end(text, true);
  });
}

interface Manner {
  /** As the head of an answer whose body is not asked for. */
  readonly bare: boolean;
  /** The connection ends with it. */
  readonly last: boolean;
  /** Resolves when the reader is gone. */
  readonly left: Promise<void>;
  /** Told why a body could not be written to its end. */
  readonly failed: (error: unknown) => void;
}

function write(response: HttpResponse, { status, headers, body }: HttpAnswer, { bare, last, left, failed }: Manner): void {
  response.cork(() => {
    response.writeStatus(`${status} ${REASONS[status] ?? ""}`.trim());
    for (const [name, value] of Object.entries(headers)) response.writeHeader(name, value);
    if (last && isDownload(body)) response.writeHeader("connection", "close");
    const empty = status === 204 || status === 304;
    // With arguments the library would name a length of its own, wait for as many bytes, and cut the connection at the next request; without
    // them it does not end the connection either, so the client is asked to.
    if (last && (bare || empty)) response.writeHeader("connection", "close");
    if (bare && !empty) response.writeHeader("content-length", String(bytesOf(body)));
    if (bare || empty) response.endWithoutBody();
    else if (isDownload(body) && body.bytes > 0) void writeDownload(response, body, { last, left }).catch(failed);
    else response.end(isDownload(body) ? "" : body, last);
  });
}

function isDownload(body: HttpAnswer["body"]): body is Download {
  return typeof body === "object" && "content" in body;
}

function bytesOf(body: HttpAnswer["body"]): number {
  return isDownload(body) ? body.bytes : Buffer.byteLength(body);
}

const REASONS: Readonly<Record<number, string>> = {
  ...{ 200: "OK", 204: "No Content", 304: "Not Modified", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found" },
  ...{ 409: "Conflict", 413: "Content Too Large", 429: "Too Many Requests", 503: "Service Unavailable" },
};

function open(ws: WebSocket<Attached>): void {
  const attached = ws.getUserData();
  attached.socket = new UwsSocket(ws, attached.address);
  attached.handler = attached.accept(attached.socket);
}

function close(ws: WebSocket<Attached>, code: number): void {
  const { socket, handler } = ws.getUserData();
  socket?.over();
  handler?.closed(code);
}

class UwsSocket implements Socket {
  readonly address: string;
  #ws: WebSocket<Attached> | undefined;

  constructor(ws: WebSocket<Attached>, address: string) {
    this.#ws = ws;
    this.address = address;
  }

  /** The library throws at every call on a socket that closed. */
  over(): void {
    this.#ws = undefined;
  }

  send(text: string): "sent" | "buffered" | "dropped" {
    const status = this.#ws?.send(text);
    if (status === 0) return "buffered";
    return status === 2 ? "dropped" : "sent";
  }

  buffered(): number {
    return this.#ws?.getBufferedAmount() ?? 0;
  }

  ping(): void {
    this.#ws?.ping();
  }

  close(code: number, reason: string): void {
    this.#ws?.end(code, reason);
  }
}
