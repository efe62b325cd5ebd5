import { WebSocket } from "ws";
import { Lookout } from "./lookout.js";
import { faultOfAnswer, faultOfServerFrame } from "./papers.js";

export interface Frame {
  readonly [field: string]: unknown;
}

/** Hears everything that one client says and is told. */
export interface Tap {
  out(text: string): void;
  in(text: string): void;
  closed(code: number): void;
}

export interface PeerOptions {
  readonly origin?: string;
  readonly protocol?: string;
  readonly tap?: Tap;
  /** How frames travel; over a WebSocket when left out. */
  readonly line?: OpenLine;
}

/** What a line tells its peer. */
export interface Ears {
  opened(): void;
  message(text: string): void;
  closed(code: number, reason: string): void;
}

/** One end of a connection, whatever carries it. */
export interface Line {
  send(data: string | Uint8Array): void;
  /** Ends it without a word, as a lost network does. */
  cut(): void;
  close(): void;
}

export type OpenLine = (url: string, options: PeerOptions, ears: Ears) => Line;

const socketLine: OpenLine = (url, { protocol = "deskwire.v1", origin }, ears) => {
  const socket = new WebSocket(`${url.replace(/^http/, "ws")}/v1/ws`, protocol, origin === undefined ? {} : { origin });
  socket.on("message", (data) => ears.message(String(data)));
  socket.on("close", (code, reason) => ears.closed(code, String(reason)));
  socket.on("open", () => ears.opened());
  socket.on("error", () => undefined);
  return { send: (data) => socket.send(data), cut: () => socket.terminate(), close: () => socket.close() };
};

/**
 * What one client sees, frame by frame. Nothing is interpreted: tests read what the wire said. A frame that the protocol's papers do not
 * describe fails the test it came in.
 */
export class Peer {
  readonly frames: Frame[] = [];
  closed: { readonly code: number; readonly reason: string } | undefined;
  readonly #tap: Tap | undefined;
  readonly #line: Line;
  readonly #listeners: ((frame: Frame) => void)[] = [];
  readonly #ops = new Map<number, string>();
  #lastId = 0;
  #open = false;
  #fault: Error | undefined;
  readonly #lookout = new Lookout();

  constructor(url: string, options: PeerOptions = {}) {
    const { tap, line = socketLine } = options;
    this.#tap = tap;
    this.#line = line(url, options, {
      opened: () => {
        this.#open = true;
        this.#lookout.look();
      },
      message: (text) => {
        tap?.in(text);
        const frame = JSON.parse(text) as Frame;
        this.#hold(frame);
        this.frames.push(frame);
        for (const listener of this.#listeners) listener(frame);
        this.#lookout.look();
      },
      closed: (code, reason) => {
        tap?.closed(code);
        this.closed = { code, reason };
        this.#lookout.look();
      },
    });
  }

  /** A peer that said hello. */
  static async hello(url: string, token: string, resume?: object, options: PeerOptions = {}): Promise<Peer> {
    const peer = await new Peer(url, options).opened();
    const greeting = await peer.ask("hello", { token, ...(resume && { resume }) });
    if (greeting["error"]) throw new Error(`hello was refused: ${JSON.stringify(greeting["error"])}`);
    return peer;
  }

  async opened(): Promise<this> {
    await this.until(() => this.#open, "an open socket");
    return this;
  }

  /** Sends a command and resolves with its reply, refused or not. */
  async ask(op: string, fields: object = {}): Promise<Frame> {
    this.#lastId += 1;
    const id = this.#lastId;
    this.raw(JSON.stringify({ op, id, ...fields }));
    return this.frame(({ re }) => re === id, `the reply to ${op}`);
  }

  /** {@link ask}, for commands that have to succeed. */
  async do(op: string, fields: object = {}): Promise<Frame> {
    const reply = await this.ask(op, fields);
    if (reply["error"]) throw new Error(`${op} was refused: ${JSON.stringify(reply["error"])}`);
    return reply;
  }

  raw(data: string | Uint8Array): void {
    if (typeof data === "string") {
      this.#tap?.out(data);
      this.#note(data);
    }
    this.#line.send(data);
  }

  /** From now on, with every frame that comes. */
  listen(listener: (frame: Frame) => void): void {
    this.#listeners.push(listener);
  }

  events(ev: string, c?: unknown): Frame[] {
    return this.frames.filter((frame) => frame["ev"] === ev && (c === undefined || frame["c"] === c));
  }

  /** The first event of this name that fits, also one that came before. */
  event(ev: string, fits: (frame: Frame) => boolean = () => true): Promise<Frame> {
    return this.frame((frame) => frame["ev"] === ev && fits(frame), `the event ${ev}`);
  }

  async frame(fits: (frame: Frame) => boolean, what: string, within_ms = 10_000): Promise<Frame> {
    let found: Frame | undefined;
    const look = (): boolean => {
      found = this.frames.find(fits);
      return found !== undefined;
    };
    await this.until(look, what, within_ms);
    return found as Frame;
  }

  /** Resolves when it is so; rejects when the time is over, or the socket closes first. */
  until(isSo: () => boolean, what: string, within_ms = 10_000): Promise<void> {
    return this.#lookout.until(isSo, what, within_ms, () => this.#fault ?? this.#over(what));
  }

  /** The code and reason the server closed with. */
  async over(): Promise<{ readonly code: number; readonly reason: string }> {
    await this.until(() => this.closed !== undefined, "the close");
    return this.closed as { readonly code: number; readonly reason: string };
  }

  /** Cuts the connection without a word, as a lost network does. */
  cut(): void {
    this.#line.cut();
  }

  async close(): Promise<void> {
    this.#line.close();
    await this.over();
  }

  #over(before: string): Error | undefined {
    return this.closed && new Error(`the socket closed (${this.closed.code} ${this.closed.reason}) before ${before} came`);
  }

  /** Remembers which command an id was given to. */
  #note(text: string): void {
    const { op, id } = commandIn(text);
    if (typeof op === "string") this.#ops.set(Number(id), op);
  }

  #hold(frame: Frame): void {
    const fault = faultOfServerFrame(frame, (id) => this.#ops.get(id));
    if (fault === undefined) return;
    this.#fault = new Error(`not as the papers say: ${fault}, in ${JSON.stringify(frame).slice(0, 500)}`);
    // Whoever waits is told by its wait; a test that waits for nothing more fails all the same.
    process.nextTick(() => {
      throw this.#fault;
    });
  }
}

/** Nothing in what is no JSON. */
function commandIn(text: string): Frame {
  try {
    return (JSON.parse(text) as Frame | null) ?? {};
  } catch {
    return {};
  }
}

export interface Answer<T = Frame> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: T;
}

/** One HTTP call; the body is what the server said, refused or not. */
export async function call<T = Frame>(
  url: string,
  method: string,
  path: string,
  options: { body?: unknown; token?: string; origin?: string } = {},
): Promise<Answer<T>> {
  const { body, token, origin } = options;
  const headers = {
    ...(body === undefined ? {} : { "content-type": "application/json" }),
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(origin === undefined ? {} : { origin }),
  };
  const response = await fetch(`${url}${path}`, { method, headers, ...(body === undefined ? {} : { body: textOf(body) }) });
  const { status } = response;
  const text = await response.text();
  const answer = (text === "" ? {} : JSON.parse(text)) as T;
  const fault = faultOfAnswer(method, path, status, response.headers, answer);
  if (fault !== undefined) throw new Error(`not as the papers say: ${fault}, in the answer to ${method} ${path}: ${text.slice(0, 500)}`);
  return { status, headers: response.headers, body: answer };
}

function textOf(body: unknown): string {
  return typeof body === "string" ? body : JSON.stringify(body);
}

export async function visitorToken(url: string, name = "Vera", tenant = "demo"): Promise<{ readonly token: string; readonly id: string }> {
  const { body } = await call<{ token: string; user: { id: string } }>(url, "POST", "/v1/visitors", { body: { tenant, name } });
  return { token: body.token, id: body.user.id };
}

export async function agentToken(url: string, username: string, password = "demo", tenant = "demo"): Promise<string> {
  const { body, status } = await call<{ token: string }>(url, "POST", "/v1/login", { body: { tenant, username, password } });
  if (status !== 200) throw new Error(`login of ${username}: ${status} ${JSON.stringify(body)}`);
  return body.token;
}
