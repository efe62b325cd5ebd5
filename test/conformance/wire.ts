import { createHash, randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";
import { until } from "../support/until.js";

const GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const WAIT_MS = 10_000;

/** A frame as it came. */
export interface WireFrame {
  readonly opcode: number;
  readonly payload: Buffer;
}

export const OPCODE = { continuation: 0, text: 1, close: 8, ping: 9, pong: 10 } as const;

/** A client of one's own making, byte by byte: it may do what no library does. */
export class Wire {
  readonly #socket: Socket;
  #received = Buffer.alloc(0);
  #over = false;

  constructor(url: string) {
    const { hostname, port } = new URL(url);
    this.#socket = connect(Number(port || 80), hostname);
    this.#socket.on("data", (bytes) => {
      this.#received = Buffer.concat([this.#received, bytes]);
    });
    this.#socket.on("error", () => undefined);
    this.#socket.on("close", () => {
      this.#over = true;
    });
  }

  write(bytes: string | Uint8Array): void {
    this.#socket.write(bytes);
  }

  cut(): void {
    this.#socket.destroy();
  }

  /** Resolves when the server let go of the connection. */
  over(): Promise<void> {
    return until("the connection to end", () => this.#over, WAIT_MS);
  }

  /** The head of an HTTP answer. */
  async head(): Promise<string> {
    await until("an HTTP answer", () => this.#received.includes("\r\n\r\n") || this.#over, WAIT_MS);
    const end = this.#received.indexOf("\r\n\r\n");
    const head = this.#received.subarray(0, Math.max(0, end)).toString("latin1");
    this.#received = this.#received.subarray(end + 4);
    return head;
  }

  /** The next frame of the server. */
  async frame(): Promise<WireFrame> {
    let frame: WireFrame | undefined;
    const look = (): boolean => {
      frame = this.#next();
      return frame !== undefined || this.#over;
    };
    await until("a frame", look, WAIT_MS);
    if (!frame) throw new Error("the connection ended before a frame came");
    return frame;
  }

  #next(): WireFrame | undefined {
    const [first = 0, second = 0] = this.#received;
    if (this.#received.length < 2) return undefined;
    const short = second & 0x7f;
    const at = short === 126 ? 4 : short === 127 ? 10 : 2;
    if (this.#received.length < at) return undefined;
    const length = short === 126 ? this.#received.readUInt16BE(2) : short === 127 ? Number(this.#received.readBigUInt64BE(2)) : short;
    if (this.#received.length < at + length) return undefined;
    const payload = this.#received.subarray(at, at + length);
    this.#received = this.#received.subarray(at + length);
    return { opcode: first & 0x0f, payload };
  }
}

export interface Upgrade {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The words of an upgrade, and the answer its key must get. */
export function upgrade(url: string, { path = "/v1/ws", method = "GET", headers = {} }: Upgrade = {}): { text: string; accept: string } {
  const key = randomBytes(16).toString("base64");
  const all = {
    ...{ host: new URL(url).host, upgrade: "websocket", connection: "Upgrade", "sec-websocket-version": "13" },
    ...{ "sec-websocket-key": key, "sec-websocket-protocol": "deskwire.v1" },
    ...headers,
  };
  const lines = Object.entries(all).flatMap(([name, value]) => (value === "" ? [] : [`${name}: ${value}`]));
  return {
    text: `${method} ${path} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`,
    accept: createHash("sha1").update(`${key}${GUID}`).digest("base64"),
  };
}

/** A frame of a client. */
export function masked(opcode: number, payload: string | Uint8Array, { fin = true, rsv = 0 } = {}): Buffer {
  const data = Buffer.from(payload as string);
  const mask = randomBytes(4);
  const body = Buffer.from(data.map((byte, i) => byte ^ (mask[i % 4] as number)));
  return Buffer.concat([Buffer.from([(fin ? 0x80 : 0) | (rsv << 4) | opcode]), lengthOf(data.length), mask, body]);
}

function lengthOf(bytes: number): Buffer {
  if (bytes < 126) return Buffer.from([0x80 | bytes]);
  const length = Buffer.alloc(bytes < 65_536 ? 3 : 9);
  length[0] = 0x80 | (bytes < 65_536 ? 126 : 127);
  if (bytes < 65_536) length.writeUInt16BE(bytes, 1);
  else length.writeBigUInt64BE(BigInt(bytes), 1);
  return length;
}
