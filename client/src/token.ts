import type { Clock } from "./clock.js";

const MARGIN_MOST_MS = 60_000;
/** Whatever a server says of its tokens, none is asked for more often. */
const RENEW_MS_LEAST = 1_000;

/**
 * The token in hand and when to get the next one. One `token()` of the application is under way at a time, and a token is asked for
 * again a minute (or a fifth of its life) before it runs out.
 */
export class Token {
  value: string | undefined;
  readonly #provide: () => Promise<string>;
  readonly #clock: Clock;
  #asking: Promise<string> | undefined;
  #timer: { cancel(): void } | undefined;
  #expires: number | undefined;

  constructor(provide: () => Promise<string>, clock: Clock) {
    this.#provide = provide;
    this.#clock = clock;
  }

  /** Asks the application. Rejects as the application does. */
  ask(): Promise<string> {
    this.#asking ??= this.#provide()
      .then((value) => {
        this.#expires = undefined;
        this.value = value;
        return value;
      })
      .finally(() => (this.#asking = undefined));
    return this.#asking;
  }

  drop(): void {
    this.value = undefined;
    this.stop();
  }

  /** False when there is none, or it ran out as far as the server once said. */
  get usable(): boolean {
    return this.value !== undefined && (this.#expires === undefined || this.#clock.monotonic() < this.#expires);
  }

  /** The server said how long it lasts; `renew` runs in time before that. */
  lasts(remaining_ms: number, renew: () => void): void {
    this.#expires = this.#clock.monotonic() + remaining_ms;
    this.renewIn(Math.max(RENEW_MS_LEAST, remaining_ms - Math.min(MARGIN_MOST_MS, remaining_ms / 5)), renew);
  }

  renewIn(delay_ms: number, renew: () => void): void {
    this.stop();
    this.#timer = this.#clock.after(Math.max(0, delay_ms), renew);
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}
