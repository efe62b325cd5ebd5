import type { Logger } from "../lib/log.js";
import type { Counts, Metrics } from "../lib/metrics.js";
import type { Service } from "../lib/service.js";
import type { Batch, Consumption, Journal } from "../timeline/journal.js";
import { sorted } from "./sorting.js";
import type { Store } from "./store.js";

/** The name under which the journal remembers how far history is. */
const GROUP = "persister";

export interface PersisterPorts {
  readonly journal: Pick<Journal, "consume">;
  readonly store: Pick<Store, "write">;
  readonly log: Logger;
  readonly metrics: Metrics;
}

/**
 * From the journal to the store, in order: a batch is committed when it is written, and written again when that is not known.
 *
 * At least once into idempotent rows, so history has every record once. A store that does not answer stops the partition, for as long as it
 * takes; a record that can never be written stops nothing.
 */
export class Persister implements Service {
  readonly name = "persister";
  readonly #journal: PersisterPorts["journal"];
  readonly #store: PersisterPorts["store"];
  readonly #log: Logger;
  readonly #stored: Counts;
  readonly #dead: (reason: string) => Counts;
  #consumption: Promise<Consumption> | undefined;

  constructor({ journal, store, log, metrics }: PersisterPorts) {
    this.#journal = journal;
    this.#store = store;
    this.#log = log;
    this.#stored = metrics.counter("persister_entries_total", "Entries written to history");
    this.#dead = metrics.counterBy("persister_dead_letters_total", "Records put aside, by reason", "reason");
  }

  async start(): Promise<void> {
    this.#consumption ??= this.#journal.consume(GROUP, (batch) => this.#take(batch));
    await this.#consumption;
  }

  /** Commits the batch in hand; what the journal holds beyond it is read after the next start. */
  async drain(): Promise<void> {
    const consumption = await this.#consumption;
    await consumption?.stop();
  }

  async stop(): Promise<void> {
    await this.drain();
    this.#consumption = undefined;
  }

  async #take(batch: Batch): Promise<void> {
    const rows = sorted(batch);
    const refused = await this.#store.write(rows);
    this.#stored.inc(rows.entries.length - refused.length);
    for (const { partition, offset, reason } of [...rows.deadLetters, ...refused]) {
      this.#dead(reason).inc();
      this.#log.error({ partition, offset, reason }, "a record was put aside");
    }
  }
}
