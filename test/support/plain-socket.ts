import type { Socket, SocketHandler } from "../../gateway/socket.js";
import type { Frame } from "./peer.js";

/** The transport's end of one connection, in memory: what was sent, and how it ended. */
export class PlainSocket implements Socket {
  readonly address = "127.0.0.1";
  readonly sent: string[] = [];
  /** What the transport says it has not written yet. */
  unsent = 0;
  /** The next frame is over the transport's limit. */
  full = false;
  pings = 0;
  ended: { readonly code: number; readonly reason: string } | undefined;
  handler: Pick<SocketHandler, "closed"> | undefined;

  get frames(): Frame[] {
    return this.sent.map((text) => JSON.parse(text) as Frame);
  }

  send(text: string): "sent" | "buffered" | "dropped" {
    if (this.full) return "dropped";
    this.sent.push(text);
    return this.unsent > 0 ? "buffered" : "sent";
  }

  buffered(): number {
    return this.unsent;
  }

  ping(): void {
    this.pings += 1;
  }

  close(code: number, reason: string): void {
    this.ended = { code, reason };
    this.handler?.closed(code);
  }
}
