import { once } from "node:events";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import { type WebSocket, WebSocketServer } from "ws";
import { checkFrame } from "../../proto/check.js";
import { ERRORS, type ErrorCode } from "../../proto/codes.js";
import type { Position } from "../../proto/position.js";
import { Lookout } from "./lookout.js";

/** A command as the wire said it. */
export interface Heard {
  readonly op: string;
  readonly id: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests read the fields of a command by its name.
  readonly [field: string]: any;
}

/**
 * A desk for tests of clients: a real WebSocket server that says what the test tells it to, and nothing else. What a client says is held
 * against the protocol's schemas; `faults` names what a server would refuse.
 */
export class ScriptedDesk {
  readonly lines: Line[] = [];
  readonly faults: string[] = [];
  readonly #server: WebSocketServer;
  readonly #lookout = new Lookout();

  constructor(server: WebSocketServer) {
    this.#server = server;
    server.on("connection", (socket) => {
      this.lines.push(new Line(socket, this.faults));
      this.#lookout.look();
    });
  }

  /** Listening on a free port of this machine until the test ends, which fails if the client spoke out of the protocol. */
  static async start(t: TestContext): Promise<ScriptedDesk> {
    const server = new WebSocketServer({ host: "127.0.0.1", port: 0, handleProtocols: () => "deskwire.v1" });
    const desk = new ScriptedDesk(server);
    await once(server, "listening");
    t.after(async () => {
      await desk.stop();
      if (desk.faults.length > 0) throw new Error(`the client broke the protocol: ${desk.faults.join("; ")}`);
    });
    return desk;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The n-th connection, from 1. */
  async line(n: number): Promise<Line> {
    await this.#lookout.until(() => this.lines.length >= n, `connection ${n}`);
    return this.lines[n - 1] as Line;
  }

  async stop(): Promise<void> {
    for (const { socket } of this.lines) socket.terminate();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** One connection, from the server's end. */
export class Line {
  readonly socket: WebSocket;
  closed: number | undefined;
  #pongs = 0;
  readonly #heard: Heard[] = [];
  readonly #lookout = new Lookout();

  constructor(socket: WebSocket, faults: string[]) {
    this.socket = socket;
    socket.on("message", (data) => {
      const text = String(data);
      const checked = checkFrame(text);
      if (checked.at !== "command") faults.push(`${text}: ${checked.at === "refused" ? checked.message : checked.why}`);
      this.#heard.push(JSON.parse(text) as Heard);
      this.#lookout.look();
    });
    socket.on("pong", () => {
      this.#pongs++;
      this.#lookout.look();
    });
    socket.on("close", (code) => {
      this.closed = code;
      this.#lookout.look();
    });
  }

  /** The next command of this name that no test took yet. */
  async heard(op: string): Promise<Heard> {
    await this.#lookout.until(() => this.#heard.some((each) => each.op === op), `the command ${op}`);
    const at = this.#heard.findIndex((each) => each.op === op);
    return this.#heard.splice(at, 1)[0] as Heard;
  }

  /** The names of what was heard and not taken, once everything on its way has arrived. */
  async left(): Promise<string[]> {
    await this.settled();
    return this.#heard.map(({ op }) => op);
  }

  say(...frames: object[]): void {
    for (const frame of frames) this.socket.send(JSON.stringify(frame));
  }

  answer({ id }: Heard, result: object = {}): void {
    this.say({ re: id, ...result });
  }

  refuse({ id }: Heard, code: ErrorCode, more: object = {}): void {
    this.say({ re: id, error: { code, message: code, ...(ERRORS[code].retry ? { retry: true } : {}), ...more } });
  }

  /** Takes the `hello` and answers it. */
  async welcome(more: object = {}): Promise<Heard> {
    const hello = await this.heard("hello");
    this.answer(hello, { ...HELLO, ...more });
    return hello;
  }

  /** Takes the `open` or `accept` and shows these messages. */
  async show(messages: readonly Placed[] = [], more: { readonly op?: string; readonly [field: string]: unknown } = {}): Promise<Heard> {
    const { op = "open", ...fields } = more;
    const command = await this.heard(op);
    const head = messages.at(-1)?.pos ?? [1, 1];
    this.answer(command, { c: command["c"] ?? C, state: "queued", head, messages, complete: true, members: [], ...fields });
    return command;
  }

  close(code: number, reason = ""): void {
    this.socket.close(code, reason);
  }

  /** Ends the connection without a word: the client sees 1006. */
  cut(): void {
    this.socket.terminate();
  }

  /** The code the client closed with. */
  async over(): Promise<number> {
    await this.#lookout.until(() => this.closed !== undefined, "the end of the connection");
    return this.closed as number;
  }

  /** Everything said so far was read by the client, and what that moved it to say has arrived: two round trips. */
  async settled(): Promise<void> {
    for (let trip = 0; trip < 2; trip++) {
      const awaited = this.#pongs + 1;
      this.socket.ping();
      await this.#lookout.until(() => this.#pongs >= awaited, "a pong");
    }
  }
}

export const C = "c1";
export const ME = { id: "u1", role: "visitor", name: "Vera" };
export const ADA = { id: "a1", role: "agent", name: "Ada" };

const HELLO = {
  ...{ session: "s1", user: ME, tenant: "demo", node: "n1", now: 1_700_000_000_000, expires_at: 1_700_086_400_000, ping_ms: 10_000 },
  limits: { frame_bytes: 65_536, text_bytes: 16_384, in_flight: 32, sends_per_s: 20, history_max: 200 },
  resumed: {},
};

export interface Placed {
  readonly pos: Position;
  readonly [field: string]: unknown;
}

/** A `message` event. Its mid is its text. */
export function message(pos: Position, text: string, more: object = {}): Placed {
  return { ev: "message", c: C, pos, ts: 1_700_000_000_000, mid: text, from: ADA, kind: "text", body: { text }, ...more };
}
