import { type Clock, hostClock } from "./clock.js";
import type { Channel, Peer, Transport } from "./transport.js";
import { Upgrades } from "./upgrades.js";

export interface FallbackOptions {
  readonly clock?: Clock;
  /** When WebSocket is tried again; each time in vain doubles it, up to `probe_ms_max`. */
  readonly probe_ms?: number;
  readonly probe_ms_max?: number;
}

const FAILED_MOST = 2;
const PROBE_MS = 60_000;
const PROBE_MS_MAX = 900_000;

/** The client's own connection is to be left for a better one; it resumes there, so nothing is lost or comes twice. */
const GO = JSON.stringify({ ev: "goaway", reason: "rebalance", reconnect_in_ms: 0 });

/** WebSocket where it gets through, `longPoll` after two upgrades in a row that did not; from there back as soon as one does. */
export function fallbackTransport(webSocket: Transport, longPoll: Transport, options: FallbackOptions = {}): Transport {
  return new Fallback(webSocket, longPoll, options);
}

class Fallback implements Transport {
  readonly #webSocket: Transport;
  readonly #upgrades: Upgrades;
  readonly #longPoll: Transport;
  readonly #clock: Clock;
  readonly #probe: { readonly first_ms: number; readonly most_ms: number };
  #probe_ms: number;

  constructor(webSocket: Transport, longPoll: Transport, { clock = hostClock, probe_ms = PROBE_MS, probe_ms_max }: FallbackOptions) {
    this.#webSocket = webSocket;
    this.#upgrades = new Upgrades(webSocket, clock);
    this.#longPoll = longPoll;
    this.#clock = clock;
    this.#probe = { first_ms: probe_ms, most_ms: probe_ms_max ?? PROBE_MS_MAX };
    this.#probe_ms = probe_ms;
  }

  open(url: string, protocols: readonly string[], peer: Peer): Channel {
    return this.#upgrades.failed < FAILED_MOST ? this.#socket(url, protocols, peer) : this.#poll(url, protocols, peer);
  }

  #socket(url: string, protocols: readonly string[], peer: Peer): Channel {
    const message = (text: string): void => {
      this.#probe_ms = this.#probe.first_ms;
      peer.message(text);
    };
    return this.#upgrades.open(url, protocols, { opened: () => peer.opened(), message, closed: (...why) => peer.closed(...why) });
  }

  #poll(url: string, protocols: readonly string[], peer: Peer): Channel {
    let heard = false;
    const stop = this.#probing(url, protocols, () => peer.message(GO));
    const channel = this.#longPoll.open(url, protocols, {
      opened: () => peer.opened(),
      message: (text) => {
        heard = true;
        peer.message(text);
      },
      closed: (code, reason) => {
        stop();
        // Nothing gets through this way either: the next try is WebSocket's again.
        if (!heard) this.#upgrades.failed = FAILED_MOST - 1;
        peer.closed(code, reason);
      },
    });
    return {
      send: (text) => channel.send(text),
      close: (code, reason) => {
        stop();
        channel.close(code, reason);
      },
    };
  }

  /** Tries the upgrade beside the connection, until one succeeds. Answers how to stop that. */
  #probing(url: string, protocols: readonly string[], through: () => void): () => void {
    let over = false;
    let probe: Channel | undefined;
    let timer = this.#clock.after(this.#probe_ms, () => attempt());
    const attempt = (): void => {
      this.#probe_ms = Math.min(this.#probe.most_ms, this.#probe_ms * 2);
      let opened = false;
      probe = this.#webSocket.open(url, protocols, {
        opened: () => {
          opened = true;
          probe?.close(1000, "");
          if (over) return;
          this.#upgrades.failed = 0;
          through();
        },
        message: () => undefined,
        closed: () => {
          probe = undefined;
          if (!over && !opened) timer = this.#clock.after(this.#probe_ms, attempt);
        },
      });
    };
    return () => {
      over = true;
      timer.cancel();
      probe?.close(1000, "");
    };
  }
}
