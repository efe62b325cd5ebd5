import type { Ask, Party } from "../../proto/message.js";
import type { Position } from "../../proto/position.js";
import { backoff } from "./backoff.js";
import { type Clock, hostClock, pause } from "./clock.js";
import { Connection, type State } from "./connection.js";
import { Conversation } from "./conversation.js";
import { Desk } from "./desk.js";
import { Emitter } from "./emitter.js";
import { asClientError, ClientError, mayPass } from "./errors.js";
import { Outbox } from "./outbox.js";
import { memoryStorage, type Storage } from "./storage.js";
import type { Transport } from "./transport.js";
import type { AgentEvent, Fields, Hello, Opened, Pong, ServerEvent } from "./wire.js";

export interface ClientOptions {
  /** Where Deskwire is: `https://desk.example` (or the full ws(s) address of `/v1/ws`). */
  readonly url: string;
  /** Names the outbox in storage. */
  readonly tenant?: string;
  /** A token to say hello with. Asked for again before it runs out and whenever the server refuses it. */
  readonly token: () => Promise<string>;
  readonly transport: Transport;
  /** Where unsent messages outlive a reload; in memory when left out. */
  readonly storage?: Storage;
  readonly clock?: Clock;
  /** At least 0, below 1. */
  readonly random?: () => number;
  /** Messages per page, default 50. */
  readonly page?: number;
}

export type ClientEvents = {
  state: [state: State];
  ready: [hello: Hello];
  /** The list of conversations, or something in this one, changed. */
  conversation: [conversation: Conversation];
  /** Every event as it came, after it was applied. */
  event: [event: ServerEvent];
  error: [error: ClientError];
};

export function createClient(options: ClientOptions): Client {
  return new Client(options);
}

/** Who says hello: name and version of this package. */
const CLIENT = "@deskwire/client/0.1.0";
const RESUME_MOST = 100;
const AGENT_EVENTS: ReadonlySet<string> = new Set(["offer", "offer_end", "assigned", "released", "status", "queue_changed"]);

/** One user's connection to its desk, its conversations and what is still to be sent. */
export class Client extends Emitter<ClientEvents> {
  readonly desk: Desk;
  readonly clock: Clock;
  readonly random: () => number;
  readonly outbox: Outbox;
  readonly page: number;
  readonly #connection: Connection;
  readonly #conversations = new Map<string, Conversation>();
  #loaded: Promise<void> | undefined;
  #started = false;

  constructor(options: ClientOptions) {
    super();
    this.clock = options.clock ?? hostClock;
    this.random = options.random ?? Math.random;
    this.page = options.page ?? 50;
    this.#connection = new Connection({
      url: socketUrl(options.url),
      token: options.token,
      transport: options.transport,
      clock: this.clock,
      random: this.random,
      client: CLIENT,
      resume: () => this.#positions(),
    });
    this.outbox = new Outbox({
      storage: options.storage ?? memoryStorage(),
      key: `deskwire.outbox.${options.tenant ?? ""}`,
      clock: this.clock,
      random: this.random,
      send: (fields) => this.#connection.call("send", fields),
    });
    this.desk = new Desk(this);
    this.#wire();
  }

  get state(): State {
    return this.#connection.state;
  }

  get hello(): Hello | undefined {
    return this.#connection.hello;
  }

  get user(): Party | undefined {
    return this.hello?.user;
  }

  get textBytes(): number {
    return this.hello?.limits?.text_bytes ?? Number.POSITIVE_INFINITY;
  }

  get conversations(): readonly Conversation[] {
    return [...this.#conversations.values()];
  }

  /** Connects, after what an earlier page left unsent was read; comes back by itself until `stop`. */
  async start(): Promise<void> {
    this.#started = true;
    this.#loaded ??= this.outbox.load().catch((error) => this.emit("error", asClientError(error)));
    await this.#loaded;
    if (this.#started) this.#connection.start();
  }

  stop(): void {
    this.#started = false;
    this.#connection.stop();
  }

  /** The server's time in ms, as far as it was told. */
  get serverNow(): number {
    return this.#connection.serverNow;
  }

  /**
   * This visitor is who the site's own token says, and its conversations go with it. Waits until all that was written before is
   * confirmed or failed. Rejects with `forbidden` when somebody is known here already. What `token()` answers must be that visitor's too from
   * then on ({@link SessionKeeper.identify}).
   */
  async identify(token: string): Promise<Party> {
    for (;;) {
      await this.outbox.settled();
      await this.#ready();
      try {
        const user = await this.#connection.identify(token);
        this.outbox.up(user.id);
        return user;
      } catch (error) {
        if (asClientError(error).code !== "disconnected") throw error;
      }
    }
  }

  /** True while `wake` would try at once. */
  get mayWake(): boolean {
    return this.#connection.mayWake;
  }

  /** The network is back, or the page woke up. */
  wake(): void {
    this.#connection.wake();
  }

  /** The conversation of this id, whether attached or not. */
  conversation(c: string): Conversation {
    const known = this.#conversations.get(c);
    if (known) return known;
    const conversation = new Conversation(c, this);
    this.#conversations.set(c, conversation);
    conversation.subscribe(() => this.emit("conversation", conversation));
    return conversation;
  }

  /** Attaches a conversation; a visitor asks for one and gets its open one, its last one, or a new one. */
  async open(what: string | { readonly ask: Ask }): Promise<Conversation> {
    if (typeof what === "string") return this.conversation(what).open();
    const opened = (reply: Opened) => this.conversation(reply.c).opened(reply);
    const { c } = await this.insist<Opened>("open", { ask: what.ask, limit: this.page }, opened);
    return this.conversation(c);
  }

  /** Tells where a visitor is. */
  visit(page: { readonly url: string; readonly title?: string; readonly attributes?: Fields }): void {
    this.tell("visit", { ...page });
  }

  call<R>(op: string, fields: Fields, first?: (result: R) => void): Promise<R> {
    return this.#connection.call<R>(op, fields, first);
  }

  tell(op: string, fields: Fields): void {
    this.#connection.tell(op, fields);
  }

  /** A command that is harmless twice: made again while its failure may pass. Rejects with a refusal, or `stopped`. */
  async insist<R>(op: string, fields: Fields, first?: (result: R) => void): Promise<R> {
    for (let tries = 0; ; tries++) {
      await this.#ready();
      try {
        return await this.call<R>(op, fields, first);
      } catch (error) {
        if (!mayPass(error)) throw error;
        const { code, retry_after_ms } = asClientError(error);
        if (code !== "disconnected") await pause(this.clock, retry_after_ms ?? backoff(tries, this.random));
      }
    }
  }

  mid(): string {
    return `${this.clock.now().toString(36)}-${this.#digits()}${this.#digits()}`;
  }

  #digits(): string {
    return Math.floor(this.random() * 2 ** 52).toString(36);
  }

  #ready(): Promise<void> {
    if (this.state === "ready") return Promise.resolve();
    if (this.state === "stopped") return Promise.reject(new ClientError("stopped"));
    return new Promise((resolve, reject) => {
      const off = this.#connection.on("state", (state) => {
        if (state !== "ready" && state !== "stopped" && state !== "idle") return;
        off();
        if (state === "ready") resolve();
        else reject(new ClientError("stopped"));
      });
    });
  }

  /** Where to go on, of what is attached. What the hello has no room for is opened again after it. */
  #positions(): Record<string, Position> {
    const attached = this.conversations.filter((each) => each.attached && each.position);
    return Object.fromEntries(attached.slice(0, RESUME_MOST).map((each) => [each.c, each.position as Position]));
  }

  #wire(): void {
    const { outbox } = this;
    const connection = this.#connection;
    connection.on("state", (state) => this.emit("state", state));
    connection.on("error", (error) => this.emit("error", error));
    connection.on("ready", (hello) => this.#resumed(hello));
    connection.on("pong", (pong) => this.#delivered(pong));
    connection.on("event", (event) => this.#apply(event));
    connection.on("down", (code) => {
      outbox.down(code);
      for (const conversation of this.conversations) conversation.disconnected();
    });
    outbox.on("changed", (c) => this.#conversations.get(c)?.changed());
    outbox.on("acked", (out, sent) => this.#conversations.get(out.c)?.confirmed(out, sent));
    outbox.on("error", (error) => this.emit("error", error));
    this.desk.on("error", (error) => this.emit("error", error));
  }

  #resumed(hello: Hello): void {
    for (const each of this.conversations) if (each.attached) each.resumed(hello.resumed?.[each.c]);
    this.outbox.up(hello.user.id);
    if (hello.user.role !== "visitor") this.desk.ready();
    this.emit("ready", hello);
  }

  #delivered(pong: Pong): void {
    for (const [c, head] of Object.entries(pong.heads)) this.#conversations.get(c)?.delivered(head);
  }

  #apply(event: ServerEvent): void {
    if (AGENT_EVENTS.has(event.ev)) this.desk.event(event as AgentEvent);
    else if ("c" in event) this.#conversations.get(event.c)?.event(event);
    this.emit("event", event);
  }
}

function socketUrl(url: string): string {
  if (url.startsWith("ws")) return url;
  return `${url.replace(/^http/, "ws").replace(/\/$/, "")}/v1/ws`;
}
