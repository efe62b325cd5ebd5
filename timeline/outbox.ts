import type { Clock } from "../lib/clock.js";
import { pause } from "../lib/clock.js";
import { DeskError } from "../lib/errors.js";
import type { Logger } from "../lib/log.js";
import { formatPosition } from "../proto/position.js";
import type { Broker, EntryRef } from "./broker.js";
import type { Place } from "./draft.js";
import type { Entry } from "./entry.js";
import type { Journal } from "./journal.js";
import { SettleBatch } from "./settle-batch.js";

const RETRY_FIRST_MS = 100;
const RETRY_MOST_MS = 2_000;

/** The entry's life ended before the journal's word could be settled: whether it stands is for history to say. */
export class Unplaced extends Error {
  override readonly name = "Unplaced";
}

/**
 * Brings appended entries to the journal and takes their unsettled mark.
 *
 * An entry entered here is produced again until the journal has it, however long that takes, under the same position; its owner node
 * alone does this while it lives. One production per entry is in flight, and everybody who asks for the same entry joins it.
 */
export class Outbox {
  readonly #journal: Journal;
  readonly #settles: SettleBatch;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #inFlight = new Map<string, Promise<Place>>();
  #stopped = false;

  constructor(ports: { broker: Broker; journal: Journal; clock: Clock; log: Logger }) {
    this.#journal = ports.journal;
    this.#settles = new SettleBatch(ports.broker);
    this.#clock = ports.clock;
    this.#log = ports.log;
  }

  get size(): number {
    return this.#inFlight.size;
  }

  holds(ref: EntryRef): boolean {
    return this.#inFlight.has(keyOf(ref));
  }

  /**
   * Resolves with the entry's place when it is durable and settled under E; rejects with {@link Unplaced} when its life under E is over.
   * `ahead` are unsettled routing entries below it, which the journal takes first.
   */
  enter(E: number, entry: Entry, ahead: readonly Entry[]): Promise<Place> {
    const key = keyOf(entry);
    const joined = this.#inFlight.get(key);
    if (joined) return joined;
    const place = this.#settle(E, entry, ahead).finally(() => this.#inFlight.delete(key));
    this.#inFlight.set(key, place);
    return place;
  }

  /** Resolves when everything entered so far has found its end, or the deadline has passed. */
  async drain(deadline_ms: number): Promise<void> {
    await Promise.race([Promise.allSettled([...this.#inFlight.values()]), pause(this.#clock, deadline_ms)]);
  }

  /** No entry is produced again after this. */
  stop(): void {
    this.#stopped = true;
  }

  async #settle(E: number, entry: Entry, ahead: readonly Entry[]): Promise<Place> {
    const records = [...ahead, entry].map((each) => ({ t: "entry", entry: each }) as const);
    await this.#untilDone(entry, () => this.#journal.append(records));
    const answers = await this.#untilDone(entry, () => Promise.all([...ahead, entry].map((each) => this.#settles.settle(E, each))));
    const answer = answers.at(-1);
    if (answer !== "settled") throw new Unplaced(`${entry.c} ${formatPosition(entry.pos)}: ${answer}`);
    return { pos: entry.pos, ts: entry.ts };
  }

  /** Tries again, with backoff, for as long as the other side says `retry`. */
  async #untilDone<T>(entry: Entry, attempt: () => Promise<T>): Promise<T> {
    for (let delay_ms = RETRY_FIRST_MS; ; delay_ms = Math.min(delay_ms * 2, RETRY_MOST_MS)) {
      if (this.#stopped) throw new DeskError("unavailable", "The server is stopping.");
      try {
        return await attempt();
      } catch (error) {
        if (!(error instanceof DeskError && error.retry)) throw error;
        this.#log.warn({ c: entry.c, pos: entry.pos, code: error.code, retry_in_ms: delay_ms }, "an entry is not durable yet");
      }
      await pause(this.#clock, delay_ms);
    }
  }
}

function keyOf(ref: EntryRef): string {
  return `${ref.c} ${ref.pos[0]}-${ref.pos[1]}`;
}
