/**
 * Transport: one WebSocket, whatever the runtime calls it.
 *
 * After `open` exactly one of these happens: `opened` and later `closed`, or `closed` alone. Nothing comes after `closed`.
 */
export interface Transport {
  open(url: string, protocols: readonly string[], peer: Peer): Channel;
}

/** What the transport calls. */
export interface Peer {
  opened(): void;
  message(text: string): void;
  /** 1006 when the connection ended without a close frame or never came up. */
  closed(code: number, reason: string): void;
}

export interface Channel {
  /** One text frame. Frames are delivered in order or the channel closes; a send on a closed channel does nothing. */
  send(text: string): void;
  /** Starts closing; `closed` may come late or, on a dead network, after a minute. */
  close(code: number, reason: string): void;
}
