import type { Clock } from "./clock.js";
import type { Fields } from "./wire.js";

const EVERY_MS = 2_000;
/** More than this of a preview the protocol does not take. */
const PREVIEW_CHARS_MAX = 1_000;

/** Says that this user is typing at most once per 2 s; of what is typed in between, the last is said. */
export class TypingNotice {
  readonly #clock: Clock;
  readonly #tell: (fields: Fields) => void;
  #resting = false;
  #last: { readonly text: string | undefined } | undefined;

  constructor(clock: Clock, tell: (fields: Fields) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  typed(text: string | undefined): void {
    this.#last = { text };
    if (!this.#resting) this.#say();
  }

  /** What was typed was sent: nothing of it is said after that. */
  done(): void {
    this.#last = undefined;
  }

  #say(): void {
    const said = this.#last;
    this.#last = undefined;
    this.#resting = said !== undefined;
    if (!said) return;
    this.#tell(said.text === undefined ? {} : { text: said.text.slice(0, PREVIEW_CHARS_MAX) });
    this.#clock.after(EVERY_MS, () => this.#say());
  }
}
