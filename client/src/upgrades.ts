import { type Clock, hostClock } from "./clock.js";
import type { Channel, Peer, Transport } from "./transport.js";

/** Longer than any upgrade takes: a connection given up after this without a word was kept silent by something in between. */
const SILENT_MS = 5_000;
const ABNORMAL = 1006;

/** A WebSocket transport that counts how often in a row nothing was heard over it, as where something in between lets none through. */
export class Upgrades implements Transport {
  failed = 0;
  readonly #transport: Transport;
  readonly #clock: Clock;

  constructor(transport: Transport, clock: Clock = hostClock) {
    this.#transport = transport;
    this.#clock = clock;
  }

  open(url: string, protocols: readonly string[], peer: Peer): Channel {
    const since_ms = this.#clock.monotonic();
    let judged = false;
    const judge = (failed: boolean): void => {
      if (judged) return;
      judged = true;
      this.failed = failed ? this.failed + 1 : 0;
    };
    const channel = this.#transport.open(url, protocols, {
      opened: () => peer.opened(),
      message: (text) => {
        judge(false);
        peer.message(text);
      },
      closed: (code, reason) => {
        judge(code === ABNORMAL);
        peer.closed(code, reason);
      },
    });
    return {
      send: (text) => channel.send(text),
      close: (code, reason) => {
        // Left early by this side: that says nothing.
        if (this.#clock.monotonic() - since_ms >= SILENT_MS) judge(true);
        judged = true;
        channel.close(code, reason);
      },
    };
  }
}
