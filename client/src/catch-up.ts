import { backoff } from "./backoff.js";
import { type Clock, pause } from "./clock.js";
import type { ClientError } from "./errors.js";
import type { Timeline } from "./timeline.js";
import type { Fields, HistoryPage } from "./wire.js";

export interface CatchUpPorts {
  readonly timeline: Timeline;
  readonly history: (fields: Fields) => Promise<HistoryPage>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly changed: () => void;
  /** History may not be read any more: nothing can be caught up. */
  readonly refused: (error: ClientError) => void;
}

const PAGE = 200;

/** Reads history until its timeline wants nothing more. One page at a time; a range that cannot be read yet is asked for again. */
export class CatchUp {
  readonly #ports: CatchUpPorts;
  #running = false;

  constructor(ports: CatchUpPorts) {
    this.#ports = ports;
  }

  /** Goes to work when something is wanted and nobody works yet. */
  kick(): void {
    if (this.#running || !this.#ports.timeline.wanted) return;
    this.#running = true;
    void this.#run()
      .catch(this.#ports.refused)
      .finally(() => (this.#running = false));
  }

  async #run(): Promise<void> {
    const { timeline, history, changed, clock, random } = this.#ports;
    for (let tries = 0; timeline.wanted; ) {
      const { wanted: asked, breaks } = timeline;
      const page = await history({ after: asked.after, limit: PAGE });
      if (timeline.breaks !== breaks) continue;
      const again = timeline.caughtUp(asked, page);
      changed();
      tries = again ? tries + 1 : 0;
      if (again) await pause(clock, backoff(Math.min(tries, 3), random));
    }
  }
}
