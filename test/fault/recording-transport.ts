import { WebSocket } from "ws";
import { type Channel, type Transport, webSocketTransport } from "../../client/src/index.js";
import type { WebSocketConstructor } from "../../client/src/transport-websocket.js";
import type { Tap } from "../support/peer.js";

const PATH = "/v1/ws";

/** A real WebSocket to wherever the server is at that moment, and somebody who listens at it. */
export function recordingTransport(url: () => string, tap: Tap): Transport {
  const real = webSocketTransport(WebSocket as unknown as WebSocketConstructor);
  return {
    open(_url, protocols, peer): Channel {
      const channel = real.open(`${url().replace("http", "ws")}${PATH}`, protocols, {
        opened: () => peer.opened(),
        message(text) {
          tap.in(text);
          peer.message(text);
        },
        closed(code, reason) {
          tap.closed(code);
          peer.closed(code, reason);
        },
      });
      return {
        send(text) {
          tap.out(text);
          channel.send(text);
        },
        close: (code, reason) => channel.close(code, reason),
      };
    },
  };
}
