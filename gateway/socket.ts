/** One client's connection as the gateway sees it. All calls are harmless after it closed. */
export interface Socket {
  /** Where the client comes from, in its canonical form. */
  readonly address: string;

  /**
   * Hands one text frame to the transport. `buffered`: taken, but the client reads more slowly than we write. `dropped`: over the
   * transport's limit, never sent; the socket MUST then be closed, because a client can not know what it missed.
   */
  send(text: string): "sent" | "buffered" | "dropped";

  /** Bytes taken and not yet written. */
  buffered(): number;

  /** Asks for a pong. */
  ping(): void;

  /** Sends a close frame where that is still possible. `closed` of the handler is called before this returns. */
  close(code: number, reason: string): void;
}

/** What the transport tells about one socket. Calls come one at a time; none after `closed`. */
export interface SocketHandler {
  /** One frame; the bytes are the receiver's to keep. */
  frame(bytes: Uint8Array, binary: boolean): void;
  /** The client asked for a pong; the transport gave it. */
  pinged(): void;
  pong(): void;
  /** Fewer bytes are buffered than before. */
  drained(): void;
  closed(code: number): void;
}

/** The head of an upgrade request. */
export interface Arrival {
  readonly origin: string | undefined;
  /** What the request was addressed to: host and port. */
  readonly host: string | undefined;
  /** The client's, behind whatever proxies of ours. */
  readonly address: string;
}

/** Takes sockets in. `undefined`: not accepting; the transport answers 503. */
export interface Reception {
  admit(arrival: Arrival): ((socket: Socket) => SocketHandler) | undefined;
}
