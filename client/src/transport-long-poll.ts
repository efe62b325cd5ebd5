import { compare, type Position } from "../../proto/position.js";
import { type Clock, hostClock } from "./clock.js";
import { asClientError, ClientError, Unreached } from "./errors.js";
import { Following } from "./following.js";
import { type Fetch, Http } from "./http.js";
import type { Channel, Peer, Transport } from "./transport.js";
import type { Fields, Opened, ServerEvent, Welcome } from "./wire.js";

export interface LongPollOptions {
  readonly fetch?: Fetch;
  readonly clock?: Clock;
  /** At least 0, below 1. */
  readonly random?: () => number;
  /** How long one request waits for something to come, at most 25,000. */
  readonly wait_ms?: number;
}

/**
 * A transport for networks that let no WebSocket through: frames on this side, HTTP calls on the other. For visitors: what is pushed to
 * agents (offers), typing, marks and presence do not come this way.
 */
export function longPollTransport(options: LongPollOptions = {}): Transport {
  return { open: (url, _protocols, peer) => new LongPoll(url, options, peer) };
}

const WAIT_MS = 25_000;
const PAGE = 200;

interface Command {
  readonly op: string;
  readonly id?: number;
  // biome-ignore lint/suspicious/noExplicitAny: fields are read by the name of their command.
  readonly [field: string]: any;
}

interface Resuming {
  readonly c: string;
  readonly answer: object;
  readonly begin: () => void;
}

class LongPoll implements Channel {
  readonly #http: Http;
  readonly #options: LongPollOptions;
  readonly #peer: Peer;
  readonly #following = new Map<string, Following>();
  /** By conversation: the last send has its place or was refused. */
  readonly #sent = new Map<string, Promise<void>>();
  /** By conversation and mid: tells that an own message was seen. */
  readonly #placed = new Map<string, () => void>();
  #token = "";
  #me = "";
  #over = false;

  constructor(url: string, options: LongPollOptions, peer: Peer) {
    this.#http = new Http({ url: httpUrl(url), ...(options.fetch && { fetch: options.fetch }) });
    this.#options = options;
    this.#peer = peer;
    void Promise.resolve().then(() => this.#over || peer.opened());
  }

  send(text: string): void {
    if (!this.#over) void this.#carry(JSON.parse(text) as Command);
  }

  close(code: number, reason: string): void {
    if (this.#over) return;
    this.#over = true;
    for (const each of this.#following.values()) each.stop();
    void Promise.resolve().then(() => this.#peer.closed(code, reason));
  }

  async #carry(command: Command): Promise<void> {
    try {
      await this.#perform(command);
    } catch (error) {
      this.#refused(command, asClientError(error));
    }
  }

  async #perform({ op, id, ...fields }: Command): Promise<void> {
    switch (op) {
      case "hello":
        return this.#hello(id, fields["token"], fields["resume"] ?? {});
      case "refresh":
        return this.#refresh(id, fields["token"]);
      case "ping":
        return this.#ping(id);
      case "leave":
        this.#stop(fields["c"]);
        return this.#reply(id, {});
      case "open":
      case "accept":
        return this.#open(id, op, fields);
      case "send":
        return this.#send(id, fields);
      default:
        return this.#reply(id, await this.#command<object>(op, fields));
    }
  }

  async #hello(id: number | undefined, token: string, resume: Readonly<Record<string, Position>>): Promise<void> {
    const session = await this.#http.session(token);
    this.#is(token, session);
    const resuming = await Promise.all(Object.entries(resume).map(([c, from]) => this.#resume(c, from)));
    const resumed = Object.fromEntries(resuming.map(({ c, answer }) => [c, answer]));
    this.#reply(id, { session: "poll", node: "http", ...session, resumed });
    for (const { begin } of resuming) begin();
  }

  async #resume(c: string, from: Position): Promise<Resuming> {
    try {
      const { head, members } = await this.#command<Opened>("open", { c, limit: 1 });
      const gap = head[0] !== from[0] || compare(from, head) > 0;
      const begin = () => {
        for (const { id, online } of members) if (id !== this.#me) this.#tell({ ev: "presence", c, user: id, online });
        if (gap) this.#tell({ ev: "gap", c, after: from, head });
        this.#follow(c, gap ? head : from);
      };
      return { c, answer: { head, ...(gap && { gap }) }, begin };
    } catch (error) {
      if (error instanceof Unreached || !(error instanceof ClientError)) throw error;
      return { c, answer: { error: wireOf(error) }, begin: () => undefined };
    }
  }

  /** Of the same user, or one that tells who this visitor is. */
  async #refresh(id: number | undefined, token: string): Promise<void> {
    const session = await this.#http.session(token).catch(unlessUnauthenticated);
    if (session?.user.id === this.#me) this.#is(token, session);
    else {
      const identified = await this.#http.refresh(this.#token, token);
      this.#token = identified.token;
      this.#me = identified.user.id;
    }
    const { user, expires_at } = await this.#http.session(this.#token);
    this.#reply(id, { user, expires_at });
  }

  async #ping(id: number | undefined): Promise<void> {
    const { now } = await this.#http.session(this.#token);
    this.#reply(id, { now, heads: Object.fromEntries([...this.#following].map(([c, { cursor }]) => [c, cursor])) });
  }

  async #open(id: number | undefined, op: string, fields: Fields): Promise<void> {
    const c = fields["c"] as string | undefined;
    const before = c === undefined ? undefined : this.#stop(c);
    try {
      const opened = await this.#command<Opened>(op, fields);
      this.#reply(id, opened);
      this.#follow(opened.c, opened.head);
    } catch (error) {
      if (c !== undefined && before) this.#follow(c, before);
      throw error;
    }
  }

  /** Requests may overtake each other: the next message of a conversation leaves when the one before has its place. */
  async #send(id: number | undefined, fields: Fields): Promise<void> {
    const c = String(fields["c"]);
    const key = keyOf(c, fields["mid"]);
    const before = this.#sent.get(c);
    let placed: () => void = () => undefined;
    this.#sent.set(c, new Promise((resolve) => (placed = resolve)));
    this.#placed.set(key, placed);
    try {
      await before;
      this.#reply(id, await this.#command<object>("send", fields));
    } finally {
      placed();
      this.#placed.delete(key);
    }
  }

  #follow(c: string, from: Position): void {
    this.#stop(c);
    if (this.#over) return;
    const { clock = hostClock, random = Math.random, wait_ms = WAIT_MS } = this.#options;
    const following = new Following(c, from, {
      page: (after, signal) => this.#http.wait(this.#token, c, { after, limit: PAGE, wait_ms, signal }),
      head: async () => (await this.#command<Opened>("open", { c, limit: 1 })).head,
      tell: (event) => this.#tell(event),
      broken: (error) => this.#broken(error),
      ...{ clock, random, wait_ms },
    });
    this.#following.set(c, following);
  }

  #stop(c: string): Position | undefined {
    const following = this.#following.get(c);
    following?.stop();
    this.#following.delete(c);
    return following?.cursor;
  }

  #is(token: string, { user }: Welcome): void {
    this.#token = token;
    this.#me = user.id;
  }

  #command<R>(op: string, fields: Fields): Promise<R> {
    return this.#http.command<R>(this.#token, op, fields);
  }

  #reply(id: number | undefined, result: object): void {
    if (id !== undefined) this.#say({ re: id, ...result });
  }

  #tell(event: ServerEvent): void {
    if (event.ev === "message" && event.from.id === this.#me) this.#placed.get(keyOf(event.c, event.mid))?.();
    this.#say(event);
  }

  #say(frame: object): void {
    if (!this.#over) this.#peer.message(JSON.stringify(frame));
  }

  /** The token of a `hello` or `refresh` is that command's; any other's is the connection's. */
  #refused({ op, id }: Command, error: ClientError): void {
    const own = op === "hello" || op === "refresh";
    if (error instanceof Unreached || (error.code === "unauthenticated" && !own)) this.#broken(error);
    else if (id !== undefined) this.#say({ re: id, error: wireOf(error) });
  }

  #broken(error: ClientError): void {
    if (error.code === "unauthenticated") this.close(4101, "token_invalid");
    else if (error.code === "forbidden") this.close(4202, "forbidden");
    else this.close(1006, "");
  }
}

function httpUrl(url: string): string {
  return url.replace(/^ws/, "http").replace(/\/v1\/ws$/, "");
}

function keyOf(c: string, mid: unknown): string {
  return `${c}\n${String(mid)}`;
}

function unlessUnauthenticated(error: unknown): undefined {
  if (!(error instanceof ClientError && error.code === "unauthenticated")) throw error;
}

function wireOf({ code, message, retry, retry_after_ms }: ClientError): object {
  return { code, message, ...(retry && { retry }), ...(retry_after_ms === undefined ? {} : { retry_after_ms }) };
}
