import type { Clock } from "../lib/clock.js";
import type { Config } from "../lib/config.js";
import type { Counts } from "../lib/metrics.js";
import { TokenBucket } from "../lib/token-bucket.js";
import { bucketOf } from "./budget.js";

export type PaceLimits = Pick<Config, "commandsPerSocket" | "excessPerSocket" | "sendsPerS" | "sendsBurst">;

/** How fast one socket may go. Each question takes one; the answer is 0, or after how many ms there will be one. */
export class Pace {
  readonly #commands: TokenBucket;
  readonly #excess: TokenBucket;
  readonly #sends: TokenBucket;
  readonly #refused: (limit: string) => Counts;

  constructor(limits: PaceLimits, clock: Clock, refused: (limit: string) => Counts) {
    this.#commands = new TokenBucket(clock, bucketOf(limits.commandsPerSocket));
    this.#excess = new TokenBucket(clock, bucketOf(limits.excessPerSocket));
    this.#sends = new TokenBucket(clock, { per_s: limits.sendsPerS, burst: limits.sendsBurst });
    this.#refused = refused;
  }

  command(): number {
    return this.#counted("commands_per_socket", this.#commands.take());
  }

  /** Beyond the commands: 0 while it is still worth an answer. */
  excess(): number {
    return this.#excess.take();
  }

  send(): number {
    return this.#counted("sends_per_socket", this.#sends.take());
  }

  #counted(limit: string, wait_ms: number): number {
    if (wait_ms > 0) this.#refused(limit).inc();
    return wait_ms;
  }
}
