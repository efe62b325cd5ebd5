import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { type Ground, passes } from "./attack.js";

const CONNECT_MS = 2_000;

export const OPCODE = { more: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export interface FrameShape {
  readonly opcode?: number;
  readonly fin?: boolean;
  /** RSV1 is 4, RSV2 is 2, RSV3 is 1. */
  readonly rsv?: number;
  readonly masked?: boolean;
  /** Bits of the length field: the shortest that fits, unless given. */
  readonly length?: 16 | 64;
  /** What the length field says instead of the truth. */
  readonly claimed?: bigint;
}

/** One WebSocket frame as a client writes it, or as none should. */
export function frame(payload: string | Uint8Array, shape: FrameShape = {}): Buffer {
  const { opcode = OPCODE.text, fin = true, rsv = 0, masked = true } = shape;
  const data = Buffer.from(payload);
  const first = (fin ? 0x80 : 0) | (rsv << 4) | opcode;
  const mask = Buffer.from([0x37, 0xfa, 0x21, 0x3d]);
  const body = masked ? data.map((byte, i) => byte ^ (mask[i % 4] as number)) : data;
  return Buffer.concat([Buffer.from([first]), lengthField(data.length, masked, shape), masked ? mask : Buffer.alloc(0), body]);
}

function lengthField(bytes: number, masked: boolean, { length, claimed }: FrameShape): Buffer {
  const said = claimed ?? BigInt(bytes);
  const bit = masked ? 0x80 : 0;
  if (length === 64 || said > 0xffffn) {
    const field = Buffer.alloc(9);
    field[0] = bit | 127;
    field.writeBigUInt64BE(BigInt.asUintN(64, said), 1);
    return field;
  }
  if (length === 16 || said > 125n) {
    const field = Buffer.alloc(3);
    field[0] = bit | 126;
    field.writeUInt16BE(Number(said), 1);
    return field;
  }
  return Buffer.from([bit | Number(said)]);
}

export const UPGRADE = [
  "GET /v1/ws HTTP/1.1",
  "host: desk.example",
  "upgrade: websocket",
  "connection: Upgrade",
  "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==",
  "sec-websocket-version: 13",
  "sec-websocket-protocol: deskwire.v1",
] as const;

/** A TCP connection that holds to no protocol but what it is told to write. Nothing it does ever throws. */
export class AttackSocket {
  readonly #socket: Socket;
  readonly #ended: Promise<unknown>;
  heard = "";
  #open = true;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#ended = once(socket, "close").catch(() => undefined);
    void this.#ended.then(() => (this.#open = false));
    socket.setNoDelay(true);
    socket.on("error", () => undefined);
    socket.setEncoding("latin1").on("data", (part: string) => (this.heard = (this.heard + part).slice(-65_536)));
  }

  /** Undefined when the server takes none. */
  static async connect({ host, port, from }: Ground): Promise<AttackSocket | undefined> {
    const socket = connect({ host, port, ...(from && { localAddress: from }) });
    const attacker = new AttackSocket(socket);
    const late = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), CONNECT_MS).unref());
    const there = await Promise.race([
      once(socket, "connect").then(
        () => true,
        () => false,
      ),
      attacker.#ended.then(() => false),
      late,
    ]);
    if (!there) socket.destroy();
    return there ? attacker : undefined;
  }

  /** A WebSocket, upgraded. */
  static async upgraded(ground: Ground, over: AbortSignal): Promise<AttackSocket | undefined> {
    const attacker = await AttackSocket.connect(ground);
    attacker?.write(`${UPGRADE.join("\r\n")}\r\n\r\n`);
    await attacker?.hears(" 101 ", over);
    if (attacker?.heard.includes(" 101 ")) return attacker;
    attacker?.cut();
    return undefined;
  }

  get open(): boolean {
    return this.#open;
  }

  write(data: string | Uint8Array): void {
    if (this.#open && this.#socket.writable) this.#socket.write(data);
  }

  /** Writes them with as much time between two. */
  async dribble(parts: readonly (string | Uint8Array)[], each_ms: number, over: AbortSignal): Promise<void> {
    for (const part of parts) {
      if (!this.#open || over.aborted) return;
      this.write(part);
      await this.rests(each_ms, over);
    }
  }

  hello(token: string): void {
    this.write(frame(JSON.stringify({ op: "hello", id: 1, token })));
  }

  /** Reads nothing more. */
  deafen(): void {
    this.#socket.pause();
  }

  /** Until the text was heard, the server ended it, or two seconds are over. */
  async hears(text: string, over: AbortSignal, most_ms = 2_000): Promise<void> {
    const end_ms = performance.now() + most_ms;
    while (this.#open && !over.aborted && !this.heard.includes(text) && performance.now() < end_ms) await passes(5, over);
  }

  /** So long, or until the server ends it. */
  async rests(ms: number, over: AbortSignal): Promise<void> {
    await Promise.race([this.#ended, passes(ms, over)]);
  }

  end(): void {
    this.#socket.end();
    this.#socket.destroySoon();
  }

  cut(): void {
    this.#socket.destroy();
  }

  /** With a reset instead of an end. */
  reset(): void {
    this.#socket.resetAndDestroy();
  }
}
