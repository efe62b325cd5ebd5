import type { Transport } from "./transport.js";

/** The part of the WebSocket API this SDK uses: browsers, `ws` on Node, workers. */
export interface WebSocketLike {
  readonly readyState: number;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: never) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
  send(text: string): void;
  close(code?: number, reason?: string): void;
}

export type WebSocketConstructor = new (url: string, protocols: string[]) => WebSocketLike;

const OPEN = 1;

/** A transport over a WebSocket constructor: `webSocketTransport(WebSocket)`. */
export function webSocketTransport(WebSocket: WebSocketConstructor): Transport {
  return {
    open(url, protocols, peer) {
      const socket = new WebSocket(url, [...protocols]);
      socket.onopen = () => peer.opened();
      socket.onmessage = (event: { data: unknown }) => peer.message(String(event.data));
      socket.onclose = (event: { code: number; reason: string }) => peer.closed(event.code, event.reason);
      // `close` follows every `error` and says all there is to know; without a listener `ws` would throw.
      socket.onerror = () => undefined;
      return {
        send: (text) => {
          if (socket.readyState === OPEN) socket.send(text);
        },
        close: (code, reason) => socket.close(code, reason),
      };
    },
  };
}
