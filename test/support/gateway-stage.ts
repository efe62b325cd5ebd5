import type { TestContext } from "node:test";
import type { DirectoryCache } from "../../directory/cache.js";
import { FolderFiles } from "../../gateway/files-fs.js";
import { Gateway, type GatewayOptions } from "../../gateway/gateway.js";
import { sessionKey } from "../../gateway/keys.js";
import type { SocketHandler } from "../../gateway/socket.js";
import { loadConfig } from "../../lib/config.js";
import { DeskError } from "../../lib/errors.js";
import { Metrics } from "../../lib/metrics.js";
import type { Party } from "../../proto/message.js";
import type { Router, RouterListener } from "../../router/router.js";
import type { LmdbBroker } from "../../timeline/broker-lmdb.js";
import { Timeline } from "../../timeline/timeline.js";
import { TENANT } from "../contract/broker/chat.js";
import { type Bench, directoryBench } from "./directory-bench.js";
import { emptyFolder } from "./folder.js";
import { log } from "./log.js";
import type { Frame } from "./peer.js";
import { PlainSocket } from "./plain-socket.js";
import { Timelines } from "./timelines.js";
import { turns, until } from "./until.js";

const KEY = sessionKey(Buffer.alloc(32, 7).toString("base64url"));

/** A router in memory: it does what a test tells it, and remembers what it was asked. */
export class PlainRouter implements Router {
  readonly asked: string[] = [];
  listener: RouterListener | undefined;
  /** What {@link Router.inbox} answers. */
  holds: Awaited<ReturnType<Router["inbox"]>> = { own: { status: "online", capacity: 5, load: 0 }, conversations: [], offers: [] };
  /** What it refuses everything with. */
  fault: DeskError | undefined;

  open: Router["open"] = async () => this.#does("open", { c: "c_1" });
  openOffline: Router["openOffline"] = async () => this.#does("open offline", { c: "c_1" });
  revive: Router["revive"] = async () => {
    throw new DeskError("not_found");
  };
  accept: Router["accept"] = async (_caller, c, offer) => this.#does(`accept ${c} ${offer}`, undefined);
  decline: Router["decline"] = async (_caller, c, offer) => this.#does(`decline ${c} ${offer}`, undefined);
  transfer: Router["transfer"] = async (_caller, c) => this.#does(`transfer ${c}`, undefined);
  assign: Router["assign"] = async (_caller, c, agent) => this.#does(`assign ${c} ${agent}`, undefined);
  close: Router["close"] = async (_caller, c) => this.#does(`close ${c}`, { pos: [1, 1] });
  rate: Router["rate"] = async (_caller, c, score) => this.#does(`rate ${c} ${score}`, undefined);
  identify: Router["identify"] = async ({ user }, to) => this.#does(`identify ${user.id} as ${to.id}`, undefined);
  status: Router["status"] = async () => this.#does("status", this.holds.own);
  inbox: Router["inbox"] = async () => this.#does("inbox", this.holds);
  queue: Router["queue"] = async () => this.#does("queue", { topics: [] });
  explain: Router["explain"] = async () => this.#does("explain", []);
  waiting: Router["waiting"] = async () => this.#does("waiting", undefined);
  agentHere: Router["agentHere"] = async ({ user }) => this.#does(`here ${user.id}`, undefined);
  agentGone: Router["agentGone"] = async ({ user }) => this.#does(`gone ${user.id}`, undefined);

  listen(listener: RouterListener): void {
    this.listener = listener;
  }

  #does<T>(what: string, answer: T): T {
    this.asked.push(what);
    if (this.fault) throw this.fault;
    return answer;
  }
}

/** A gateway over the real timeline, history and directory of one folder; router and sockets are plain objects. */
export class GatewayStage {
  readonly timelines: Timelines;
  readonly router = new PlainRouter();
  readonly cache: DirectoryCache;
  readonly command: Bench["command"];
  readonly broker: LmdbBroker;
  /** The router's own timeline, to begin conversations with. */
  readonly routing: Timeline;
  readonly gateway: Gateway;

  private constructor(
    t: TestContext,
    timelines: Timelines,
    bench: Bench,
    routing: Timeline,
    broker: LmdbBroker,
    odd: Partial<GatewayOptions>,
  ) {
    const { clock, history, journal } = timelines;
    this.timelines = timelines;
    this.routing = routing;
    this.broker = broker;
    this.cache = bench.cache;
    this.command = bench.command;
    const timeline = new Timeline({ node: "g1", broker, journal, past: history, reviver: this.router, clock, log, metrics: new Metrics() });
    const config = loadConfig({}, () => "");
    const files = new FolderFiles({ folder: emptyFolder(t), bytesMax: config.fileBytes });
    this.gateway = new Gateway({
      ...{ timeline, history, router: this.router, directory: this.cache, files, keys: [KEY], limits: config, tokens: config },
      ...{ agentLostMs: config.agentLostMs, clock, log, metrics: new Metrics(), ...odd },
    });
    t.after(async () => {
      await this.gateway.stop();
      await timeline.stop();
    });
  }

  static async start(t: TestContext, odd: Partial<GatewayOptions> = {}): Promise<GatewayStage> {
    const timelines = await Timelines.running(t);
    const broker = timelines.broker();
    const routing = await timelines.timeline(broker, { node: "r1" });
    const stage = new GatewayStage(t, timelines, await directoryBench(t, timelines.clock), routing, broker, odd);
    await stage.gateway.context.timeline.start();
    await stage.gateway.start();
    return stage;
  }

  async token(user: Party): Promise<string> {
    return (await this.gateway.context.tokens.issue(TENANT, user)).token;
  }

  /** A socket that has said nothing. */
  connect(origin?: string): PlainClient {
    const accept = this.gateway.admit({ origin, host: "desk.example", address: "127.0.0.1" });
    if (!accept) throw new TypeError("the gateway takes nobody in");
    const socket = new PlainSocket();
    const handler = accept(socket);
    socket.handler = handler;
    return new PlainClient(socket, handler);
  }

  /** A socket of this user, greeted. */
  async client(user: Party, resume?: object): Promise<PlainClient> {
    const client = this.connect();
    await client.ask("hello", { token: await this.token(user), ...(resume && { resume }) });
    return client;
  }
}

/** The client behind a {@link PlainSocket}. */
export class PlainClient {
  readonly socket: PlainSocket;
  readonly handler: SocketHandler;
  #lastId = 0;

  constructor(socket: PlainSocket, handler: SocketHandler) {
    this.socket = socket;
    this.handler = handler;
  }

  /** Sends a command and answers its id. */
  say(op: string, fields: object = {}): number {
    this.#lastId += 1;
    this.raw(JSON.stringify({ op, id: this.#lastId, ...fields }));
    return this.#lastId;
  }

  raw(text: string, binary = false): void {
    this.handler.frame(Buffer.from(text), binary);
  }

  async reply(id: number): Promise<Frame> {
    await until(`the reply to command ${id}`, () => this.socket.frames.some(({ re }) => re === id));
    return this.socket.frames.find(({ re }) => re === id) as Frame;
  }

  ask(op: string, fields: object = {}): Promise<Frame> {
    return this.reply(this.say(op, fields));
  }

  /** The code of the error it is refused with. */
  async refusal(op: string, fields: object = {}): Promise<unknown> {
    return ((await this.ask(op, fields))["error"] as Frame | undefined)?.["code"];
  }

  events(ev: string): Frame[] {
    return this.socket.frames.filter((frame) => frame["ev"] === ev);
  }

  /** Every frame in order: a reply as its id, an event as its name. */
  get order(): unknown[] {
    return this.socket.frames.map(({ re, ev }) => re ?? ev);
  }

  /** The client leaves. */
  async leave(): Promise<void> {
    this.handler.closed(1001);
    await turns();
  }
}
