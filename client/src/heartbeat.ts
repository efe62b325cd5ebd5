import type { Clock } from "./clock.js";
import type { ClientError } from "./errors.js";
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

  /** Pings at once: after a sleep, or when the network is said to be back. Nothing more while a ping is unanswered. */
  beat(): void {
    if (this.#missed > 0) return;
    this.stop();
    this.#ping();
  }

  #due(): void {
    if (this.#missed >= MISSED_MOST) this.#ports.onDead();
    else this.#ping();
  }

  #ping(): void {
    this.#missed++;
    this.#arm();
    this.#ports.ping().then(
      (pong) => {
        this.#missed = 0;
        this.#ports.onPong(pong);
      },
      (error: ClientError) => {
        // A refusal is an answer too; only a connection that ended gives none, and that has stopped this heartbeat.
        if (error.code !== "disconnected") this.#missed = 0;
      },
    );
  }

  #arm(): void {
    this.#timer = this.#ports.clock.after(this.#period_ms, () => this.#due());
  }
}
