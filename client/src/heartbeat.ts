import type { Clock } from "./clock.js";
import type { Pong } from "./wire.js";

const MISSED_MOST = 2;

export interface HeartbeatPorts {
  readonly clock: Clock;
  readonly ping: () => Promise<Pong>;
  readonly onPong: (pong: Pong) => void;
  readonly onDead: () => void;
}

/** Pings every `period_ms`; two pings without an answer mean that nobody is there. */
export class Heartbeat {
  readonly #ports: HeartbeatPorts;
  #timer: { cancel(): void } | undefined;
  #missed = 0;
  #period_ms = 0;

  constructor(ports: HeartbeatPorts) {
    this.#ports = ports;
  }

  start(period_ms: number): void {
    this.#period_ms = period_ms;
    this.#missed = 0;
    this.#arm();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** Pings at once: after a sleep, or when the network is said to be back. */
  beat(): void {
    this.stop();
    if (this.#missed >= MISSED_MOST) return this.#ports.onDead();
    this.#missed++;
    this.#arm();
    this.#ports.ping().then(
      (pong) => {
        this.#missed = 0;
        this.#ports.onPong(pong);
      },
      // Refused or cut off: it counts as missed, and a closed connection has stopped this heartbeat.
      () => undefined,
    );
  }

  #arm(): void {
    this.#timer = this.#ports.clock.after(this.#period_ms, () => this.beat());
  }
}
