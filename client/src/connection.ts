import { closeVerdict } from "../../proto/codes.js";
import type { Party } from "../../proto/message.js";
import type { Position } from "../../proto/position.js";
import { backoff } from "./backoff.js";
import { Calls } from "./calls.js";
import type { Clock } from "./clock.js";
import { Emitter } from "./emitter.js";
import { asClientError, ClientError, mayPass } from "./errors.js";
import { Heartbeat } from "./heartbeat.js";
import { isSaneEvent } from "./sane.js";
import { Token } from "./token.js";
import type { Channel, Transport } from "./transport.js";
import type { Fields, Hello, Pong, ServerEvent } from "./wire.js";

/** The table of states and what leads from one to the next is in README.md of this package. */
export type State = "idle" | "needs_token" | "connecting" | "hello" | "ready" | "waiting" | "stopped";

export interface ConnectionOptions {
  readonly url: string;
  readonly token: () => Promise<string>;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly random: () => number;
  readonly client?: string;
  /** Positions to resume from, asked for at each hello. */
  readonly resume: () => Readonly<Record<string, Position>>;
}

export type ConnectionEvents = {
  state: [state: State];
  ready: [hello: Hello];
  /** The connection ended; unanswered commands are rejected right after this. Code 0: nobody answered, or this side closed. */
  down: [code: number];
  event: [event: ServerEvent];
  pong: [pong: Pong];
  /** Why it stopped; also told of a token that the application could not give. */
  error: [error: ClientError];
};

interface Refreshed {
  readonly user: Party;
  readonly expires_at: number;
}

const PROTOCOL = "deskwire.v1";
const OPENING_MOST_MS = 10_000;
/** Whatever a server asks for, no client pings more often. */
const PING_MS_LEAST = 1_000;
/** A connection that is sent away before this counts as one that failed. */
const SETTLED_MS = 1_000;
const GOING_AWAY = 1001;

/** One connection that comes back by itself, until `stop` or a close of the 42xx range. */
export class Connection extends Emitter<ConnectionEvents> {
  state: State = "idle";
  hello: Hello | undefined;
  readonly #options: ConnectionOptions;
  readonly #token: Token;
  readonly #heartbeat: Heartbeat;
  #calls = new Calls(() => undefined);
  #channel: Channel | undefined;
  /** Grows with every attempt: what an earlier attempt still has to say is not listened to. */
  #attempt = 0;
  #retries = 0;
  #refusedTokens = 0;
  #welcomedAt = 0;
  /** The server named the time to come back; nothing else shortens it. */
  #told = false;
  #timer: { cancel(): void } | undefined;
  #goaway: { cancel(): void } | undefined;

  constructor(options: ConnectionOptions) {
    super();
    this.#options = options;
    this.#token = new Token(options.token, options.clock);
    this.#heartbeat = new Heartbeat({
      clock: options.clock,
      ping: () => this.call<Pong>("ping", {}),
      onPong: (pong) => this.emit("pong", pong),
      onDead: () => this.#ended(0, ""),
    });
  }

  start(): void {
    if (this.state !== "idle" && this.state !== "stopped") return;
    this.#retries = 0;
    this.#refusedTokens = 0;
    this.#begin();
  }

  stop(): void {
    this.#leave(0);
    this.#to("idle");
  }

  /** True while `wake` would try at once: it waits, and not for a time that the server named. */
  get mayWake(): boolean {
    return this.state === "waiting" && !this.#told;
  }

  /** The network is said to be back, or the page woke up: try at once. */
  wake(): void {
    if (this.mayWake) this.#begin();
    if (this.state === "ready") this.#heartbeat.beat();
  }

  /** Resolves with the reply's fields (`first` sees them before any later frame is read); rejects with the server's code, or `disconnected` when there is no connection or it ends first. */
  call<R>(op: string, fields: Fields, first?: (result: R) => void): Promise<R> {
    if (!this.#open) return Promise.reject(new ClientError("disconnected"));
    return this.#calls.call<R>(op, fields, (result) => {
      // A server that says hello may still fail at the next thing; one that did something for us works.
      this.#retries = 0;
      first?.(result);
    });
  }

  /** Says who this visitor is, by a token of the site; that token is the connection's from here on. */
  async identify(token: string): Promise<Party> {
    const { user, expires_at } = await this.call<Refreshed>("refresh", { token });
    this.#token.value = token;
    this.#lasts(expires_at - this.serverNow);
    if (this.hello) this.hello = { ...this.hello, user };
    return user;
  }

  /** The server's time in ms, as far as it was told. */
  get serverNow(): number {
    return (this.hello?.now ?? 0) + this.#options.clock.monotonic() - this.#welcomedAt;
  }

  /** A command without a reply. Lost when there is no connection. */
  tell(op: string, fields: Fields): void {
    if (this.#open) this.#write({ op, ...fields });
  }

  get #open(): boolean {
    return this.state === "ready" && this.#channel !== undefined;
  }

  #begin(): void {
    this.#timer?.cancel();
    if (this.#token.usable) return this.#connect();
    this.#to("needs_token");
    const attempt = ++this.#attempt;
    this.#token.ask().then(
      () => attempt === this.#attempt && this.#connect(),
      (error) => attempt === this.#attempt && this.#noToken(error),
    );
  }

  #noToken(error: unknown): void {
    this.emit("error", asClientError(error));
    this.#told = false;
    if (mayPass(error)) this.#wait(backoff(this.#retries++, this.#options.random));
    else this.#to("stopped");
  }

  #connect(): void {
    const attempt = ++this.#attempt;
    this.#to("connecting");
    const current = () => attempt === this.#attempt;
    this.#timer = this.#options.clock.after(OPENING_MOST_MS, () => current() && this.#ended(0, ""));
    this.#calls = new Calls((frame) => this.#write(frame));
    this.#channel = this.#options.transport.open(this.#options.url, [PROTOCOL], {
      opened: () => current() && this.#greet(),
      message: (text) => current() && this.#read(text),
      closed: (code, reason) => current() && this.#ended(code, reason),
    });
  }

  #greet(): void {
    const attempt = this.#attempt;
    const { client, resume } = this.#options;
    this.#to("hello");
    const fields = { token: this.#token.value, ...(client ? { client } : {}), resume: resume() };
    this.#calls
      .call<Hello>("hello", fields, (hello) => this.#welcomed(hello))
      .catch((error: ClientError) => attempt === this.#attempt && this.#refused(error));
  }

  #welcomed(hello: Hello): void {
    this.#timer?.cancel();
    this.hello = hello;
    this.#welcomedAt = this.#options.clock.monotonic();
    this.#refusedTokens = 0;
    this.#calls.limit = Math.max(1, hello.limits?.in_flight ?? this.#calls.limit);
    this.#lasts(hello.expires_at - hello.now);
    this.#heartbeat.start(Math.max(PING_MS_LEAST, hello.ping_ms));
    this.#to("ready");
    this.emit("ready", hello);
  }

  #refused(error: ClientError): void {
    if (error.code === "unauthenticated") return this.#ended(4101, "");
    this.emit("error", error);
    if (error.retry) return this.#ended(4002, error.retry_after_ms === undefined ? "" : `;retry_after_ms=${error.retry_after_ms}`);
    this.#ended(4202, "");
  }

  #read(text: string): void {
    const frame = parse(text);
    if (!frame || !this.#isSane(frame)) return this.#ended(0, "");
    if ("re" in frame) this.#calls.answer(frame);
    else if (frame.ev === "goaway") this.#leaveIn(frame.reconnect_in_ms);
    else this.emit("event", frame);
  }

  // biome-ignore lint/suspicious/noExplicitAny: whether it is one is what is asked.
  #isSane(frame: any): boolean {
    return "re" in frame ? this.#calls.fits(frame) : isSaneEvent(frame);
  }

  /** The server gave this client its own slot: go on working, close then, and come back at once; but not again and again. */
  #leaveIn(delay_ms: number): void {
    this.#goaway?.cancel();
    this.#goaway = this.#options.clock.after(delay_ms, () => {
      if (this.#options.clock.monotonic() - this.#welcomedAt < SETTLED_MS) return this.#ended(GOING_AWAY, "");
      this.#leave(0);
      this.#begin();
    });
  }

  #ended(code: number, reason: string): void {
    this.#leave(code);
    const verdict = closeVerdict(code);
    if (verdict === "stop") {
      this.emit("error", new ClientError("stopped", `${code} ${reason}`));
      return this.#to("stopped");
    }
    const told = /;retry_after_ms=(\d+)/.exec(reason)?.[1];
    if (verdict === "new_token") {
      this.#token.drop();
      if (this.#refusedTokens++ === 0 && told === undefined) return this.#begin();
    }
    this.#told = told !== undefined;
    this.#wait(this.#told ? Number(told) : backoff(this.#retries++, this.#options.random));
  }

  /** Lets go of the channel, whatever state it is in. */
  #leave(why: number): void {
    this.#attempt++;
    this.#timer?.cancel();
    this.#goaway?.cancel();
    this.#heartbeat.stop();
    this.#token.stop();
    this.#channel?.close(1000, "");
    this.#channel = undefined;
    if (this.state === "ready") this.emit("down", why);
    this.#calls.end();
  }

  #wait(delay_ms: number): void {
    this.#timer = this.#options.clock.after(delay_ms, () => this.#begin());
    this.#to("waiting");
  }

  #write(frame: Fields): void {
    this.#channel?.send(JSON.stringify(frame));
  }

  #lasts(remaining_ms: number): void {
    this.#token.lasts(remaining_ms, () => void this.#renew(0));
  }

  async #renew(tries: number): Promise<void> {
    const attempt = this.#attempt;
    try {
      const answer = await this.call<Refreshed>("refresh", { token: await this.#token.ask() });
      if (attempt === this.#attempt) this.#lasts(answer.expires_at - this.serverNow);
    } catch (error) {
      // While the old token lasts this is no failure yet; when it ends the server closes with 41xx and that path asks again.
      if (attempt !== this.#attempt) return;
      this.emit("error", asClientError(error));
      if (mayPass(error)) this.#token.renewIn(1_000 + backoff(tries, this.#options.random), () => void this.#renew(tries + 1));
    }
  }

  #to(state: State): void {
    if (this.state === state) return;
    this.state = state;
    this.emit("state", state);
  }
}

/** Undefined for what no Deskwire server says: something else answers at this address. */
// biome-ignore lint/suspicious/noExplicitAny: frames are told apart by their fields.
function parse(text: string): any {
  try {
    const frame: unknown = JSON.parse(text);
    return typeof frame === "object" && frame !== null ? frame : undefined;
  } catch {
    return undefined;
  }
}
