import { compare, later, type Position } from "../../proto/position.js";
import type { Clock } from "./clock.js";
import type { Fields } from "./wire.js";

const QUIET_MS = 500;

/** This user's own marks in one conversation: gathered, sent without a reply, and said again after a reconnect. */
export class Marks {
  readonly #clock: Clock;
  readonly #tell: (fields: Fields) => void;
  #got: Position | undefined;
  #read: Position | undefined;
  #timer: { cancel(): void } | undefined;

  constructor(clock: Clock, tell: (fields: Fields) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  got(pos: Position): void {
    if (this.#got && compare(pos, this.#got) <= 0) return;
    this.#got = pos;
    this.#soon();
  }

  /** What is read has also been received. */
  read(pos: Position): void {
    if (this.#read && compare(pos, this.#read) <= 0) return;
    this.#read = pos;
    this.#got = this.#got ? later(this.#got, pos) : pos;
    this.#soon();
  }

  /** Marks of a lost connection may be lost too. */
  again(): void {
    if (this.#got) this.#soon();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #soon(): void {
    this.#timer ??= this.#clock.after(QUIET_MS, () => {
      this.#timer = undefined;
      this.#tell({ ...(this.#got ? { got: this.#got } : {}), ...(this.#read ? { read: this.#read } : {}) });
    });
  }
}
