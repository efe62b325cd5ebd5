import { DeskError } from "./errors.js";

/** Runs so many tasks at once; further ones wait their turn in order, and beyond so many waiting they are refused as `busy`. */
export class Semaphore {
  readonly #most: number;
  readonly #waitingMost: number;
  readonly #retry_after_ms: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor({ most, waiting, retry_after_ms }: { readonly most: number; readonly waiting: number; readonly retry_after_ms: number }) {
    this.#most = most;
    this.#waitingMost = waiting;
    this.#retry_after_ms = retry_after_ms;
  }

  /** Resolves or rejects as the task does; rejects with `busy`, and does not run it, when too many wait. */
  async run<T>(task: () => Promise<T>): Promise<T> {
    await this.#enter();
    try {
      return await task();
    } finally {
      this.#leave();
    }
  }

  #enter(): Promise<void> {
    if (this.#running < this.#most) {
      this.#running++;
      return Promise.resolve();
    }
    if (this.#waiting.length >= this.#waitingMost) throw new DeskError("busy", undefined, this.#retry_after_ms);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** The place goes to who waits longest: nobody who comes later can take it. */
  #leave(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#running--;
  }
}
