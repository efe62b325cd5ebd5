import { refuse } from "./errors.js";
import { fittingCount } from "./fitting.js";
import { turn } from "./turn.js";

export interface BatcherOptions<T, R> {
  /** Writes one batch. Answers one result per item, in the items' order. Never called while another call runs. */
  readonly flush: (items: readonly T[]) => Promise<readonly R[]>;
  readonly count_max: number;
  readonly bytes_max: number;
  readonly size: (item: T) => number;
  /** Items gathered and in flight together; beyond it `add` is refused with `busy`. */
  readonly pending_max: number;
}

interface Gathered<T, R> {
  readonly item: T;
  readonly bytes: number;
  readonly resolve: (result: R) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Group commit: one flush in flight at a time; what arrives meanwhile gathers and goes with the next one. Each flush takes what was gathered
 * by the end of the event loop's turn, so that what many sockets sent at once goes together, also when a flush is over before it returns.
 *
 * Order: items are flushed in the order they were added. An item's promise settles as its flush does; a flush that rejects rejects the
 * items of that batch only, and the next batch goes on. An item above `bytes_max` travels alone.
 */
export class Batcher<T, R = void> {
  readonly #options: BatcherOptions<T, R>;
  #gathered: Gathered<T, R>[] = [];
  #flying = 0;
  #running: Promise<void> | undefined;

  constructor(options: BatcherOptions<T, R>) {
    this.#options = options;
  }

  /** Items whose outcome is open. */
  get pending(): number {
    return this.#gathered.length + this.#flying;
  }

  add(item: T): Promise<R> {
    return new Promise((resolve, reject) => {
      if (this.pending >= this.#options.pending_max) refuse("busy");
      this.#gathered.push({ item, bytes: this.#options.size(item), resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Resolves when nothing is gathered or in flight. */
  async idle(): Promise<void> {
    while (this.#running) await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#gathered.length > 0) {
      await turn();
      await this.#flush(this.#take());
    }
    this.#running = undefined;
  }

  #take(): readonly Gathered<T, R>[] {
    const { count_max, bytes_max } = this.#options;
    const next = this.#gathered.slice(0, count_max);
    return this.#gathered.splice(
      0,
      fittingCount(next, (each) => each.bytes, bytes_max),
    );
  }

  async #flush(batch: readonly Gathered<T, R>[]): Promise<void> {
    this.#flying = batch.length;
    try {
      const results = await this.#options.flush(batch.map((each) => each.item));
      if (results.length !== batch.length) throw new TypeError(`flush answered ${results.length} results for ${batch.length} items`);
      for (const [i, each] of batch.entries()) each.resolve(results[i] as R);
    } catch (error) {
      for (const each of batch) each.reject(error);
    } finally {
      this.#flying = 0;
    }
  }
}
