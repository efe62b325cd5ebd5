import type { Clock, Timer } from "../lib/clock.js";
import type { Logger } from "../lib/log.js";
import { compare } from "../proto/position.js";
import type { Broker, Unsettled } from "./broker.js";
import type { Entry } from "./entry.js";
import type { Outbox } from "./outbox.js";
import type { StorageEpoch } from "./storage-epoch.js";

/** An owner that is alive brings its own entries to the journal; after this long others do it as well. */
const ABANDONED_MS = 30_000;
/** Our own entries that our outbox no longer holds (it gave up on them) are taken up again after this long. */
const DROPPED_MS = 2_000;
const BATCH = 500;

/**
 * Brings entries to the journal whose owner did not: it died after the append, or its attempt ended without an answer. Producing an entry
 * twice is harmless, since it has one position.
 */
export class Sweeper {
  readonly #node: string;
  readonly #broker: Broker;
  readonly #outbox: Outbox;
  readonly #epoch: StorageEpoch;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #period_ms: number;
  #timer: Timer | undefined;
  #busy = false;

  constructor(ports: {
    node: string;
    broker: Broker;
    outbox: Outbox;
    epoch: StorageEpoch;
    clock: Clock;
    log: Logger;
    period_ms: number;
  }) {
    this.#node = ports.node;
    this.#broker = ports.broker;
    this.#outbox = ports.outbox;
    this.#epoch = ports.epoch;
    this.#clock = ports.clock;
    this.#log = ports.log;
    this.#period_ms = ports.period_ms;
  }

  start(): void {
    this.#timer ??= this.#clock.every(this.#period_ms, () => void this.sweep());
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** One round; resolves when its entries were handed to the outbox. A round that finds another one at work does nothing. */
  async sweep(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    try {
      const E = this.#epoch.value;
      const found = await this.#broker.unsettled(E, BATCH);
      for (const unsettled of found) if (this.#isDue(unsettled)) this.#takeUp(E, unsettled, aheadOf(unsettled.entry, found));
    } catch (error) {
      this.#log.warn({ err: error }, "unsettled entries could not be listed");
    } finally {
      this.#busy = false;
    }
  }

  #isDue({ entry, owner, age_ms }: Unsettled): boolean {
    if (this.#outbox.holds(entry)) return false;
    return age_ms >= (owner === this.#node ? DROPPED_MS : ABANDONED_MS);
  }

  #takeUp(E: number, { entry, owner, age_ms }: Unsettled, ahead: readonly Entry[]): void {
    this.#outbox.enter(E, entry, ahead).then(
      () => this.#log.info({ c: entry.c, pos: entry.pos, owner, age_ms }, "brought an abandoned entry to the journal"),
      (error: unknown) => this.#log.warn({ c: entry.c, pos: entry.pos, err: error }, "an abandoned entry stays unsettled"),
    );
  }
}

/** Unsettled routing entries below this one: history never shows an agent writing before its assignment. */
function aheadOf({ c, pos }: Entry, found: readonly Unsettled[]): readonly Entry[] {
  const entries = found.map(({ entry }) => entry);
  return entries.filter((each) => each.c === c && each.authority !== undefined && compare(each.pos, pos) < 0);
}
