import { CLOSES, type CloseName } from "../proto/codes.js";
import type { Socket } from "./socket.js";

/** Replays pause while more than this is unsent, so that catching up never fills a slow client's queue. */
export const REPLAY_QUEUE_BYTES = 64 * 1024;

/**
 * What goes out on one socket, in the order it was handed in. A client that reads too slowly loses the socket (`slow_consumer`), never a
 * frame in the middle: it resumes and misses nothing.
 */
export class Outlet {
  readonly #socket: Socket;
  readonly #closing: (name: CloseName) => void;
  readonly #waiting: (() => void)[] = [];
  #open = true;

  /** `closing` is told each close this side decides on, before it happens. */
  constructor(socket: Socket, closing: (name: CloseName) => void) {
    this.#socket = socket;
    this.#closing = closing;
  }

  get open(): boolean {
    return this.#open;
  }

  /** There is room for a replay's next entry. */
  get roomy(): boolean {
    return !this.#open || this.#socket.buffered() < REPLAY_QUEUE_BYTES;
  }

  send(frame: string): void {
    // The transport may have closed by itself at this; it is counted all the same.
    if (this.#open && this.#socket.send(frame) === "dropped") this.#close("slow_consumer");
  }

  ping(): void {
    if (this.#open) this.#socket.ping();
  }

  /** For the reason see {@link closeReason}. */
  close(name: CloseName, retry_after_ms?: number): void {
    if (this.#open) this.#close(name, retry_after_ms);
  }

  /** {@link close} for the codes WebSocket itself defines. */
  end(code: number, reason: string): void {
    if (this.#open) this.#socket.close(code, reason);
  }

  /** Resolves when there is room, or nobody to make room for any more. */
  room(): Promise<void> {
    return this.roomy ? Promise.resolve() : new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** The transport wrote some of what was buffered. */
  drained(): void {
    if (this.roomy) this.#release();
  }

  /** The transport's socket is gone. */
  closed(): void {
    this.#open = false;
    this.#release();
  }

  #close(name: CloseName, retry_after_ms?: number): void {
    this.#closing(name);
    this.end(CLOSES[name], closeReason(name, retry_after_ms));
  }

  #release(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

/** The code's name, with the client's time to come back where the server gives one. */
export function closeReason(name: CloseName, retry_after_ms?: number): string {
  return retry_after_ms === undefined ? name : `${name};retry_after_ms=${retry_after_ms}`;
}
