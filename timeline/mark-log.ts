import type { Clock, Timer } from "../lib/clock.js";
import type { Logger } from "../lib/log.js";
import type { Journal } from "./journal.js";
import type { MarkRecord } from "./record.js";

/** More conversations' marks than this are not held back. */
const MARKS_MOST = 5_000;

/**
 * Gathers marks so that history hears only the last of each (conversation, user) in a period. Best effort: a mark that is lost with its
 * process is said again by the client.
 */
export class MarkLog {
  readonly #journal: Journal;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #period_ms: number;
  readonly #marks = new Map<string, MarkRecord>();
  #timer: Timer | undefined;

  constructor(ports: { journal: Journal; clock: Clock; log: Logger; period_ms: number }) {
    this.#journal = ports.journal;
    this.#clock = ports.clock;
    this.#log = ports.log;
    this.#period_ms = ports.period_ms;
  }

  add(mark: MarkRecord): void {
    this.#marks.set(`${mark.c} ${mark.user}`, mark);
    if (this.#marks.size >= MARKS_MOST) void this.flush();
    else this.#timer ??= this.#clock.after(this.#period_ms, () => void this.flush());
  }

  async flush(): Promise<void> {
    this.stop();
    const records = [...this.#marks.values()];
    this.#marks.clear();
    if (records.length === 0) return;
    await this.#journal
      .append(records)
      .catch((error: unknown) => this.#log.warn({ err: error, marks: records.length }, "marks were not recorded"));
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}
