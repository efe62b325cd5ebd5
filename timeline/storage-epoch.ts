import type { Logger } from "../lib/log.js";
import type { Broker } from "./broker.js";
import type { Journal } from "./journal.js";

/**
 * The storage epoch E this node works under. It only grows.
 *
 * E comes from the journal, which never gives a number twice, and is installed at the broker, which accepts only a greater one. So a
 * broker that forgot, and everything that was appended before it did, can never pass for the present.
 */
export class StorageEpoch {
  readonly #broker: Broker;
  readonly #journal: Journal;
  readonly #log: Logger;
  #value = 0;
  #renewal: Promise<void> | undefined;

  constructor(broker: Broker, journal: Journal, log: Logger) {
    this.#broker = broker;
    this.#journal = journal;
    this.#log = log;
  }

  get value(): number {
    return this.#value;
  }

  /** Takes the broker's epoch, or gives it one when it has none. */
  async confirm(): Promise<void> {
    await this.adopt(await this.#broker.epoch());
  }

  /** Follows a broker that answered `fenced` with E; one that holds an older epoch than ours, or none, gets a new one. */
  async adopt(E: number): Promise<void> {
    if (E > this.#value) {
      this.#value = E;
      return;
    }
    this.#renewal ??= this.#renew().finally(() => {
      this.#renewal = undefined;
    });
    await this.#renewal;
  }

  async #renew(): Promise<void> {
    const installed = await this.#broker.epoch();
    if (installed > this.#value || (installed === this.#value && installed > 0)) {
      this.#value = installed;
      return;
    }
    const sealed = await this.#journal.seal("the broker holds no current epoch");
    const accepted = await this.#broker.install(sealed);
    this.#value = accepted ? sealed : await this.#broker.epoch();
    this.#log.info({ storage_epoch: this.#value, accepted }, "storage epoch");
  }
}
