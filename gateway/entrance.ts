import { Networks } from "../lib/address.js";
import type { Clock } from "../lib/clock.js";
import type { Config } from "../lib/config.js";
import type { Counts, Metrics } from "../lib/metrics.js";
import { Budget, bucketOf, byNetwork, refusals } from "./budget.js";
import { Crowd } from "./crowd.js";
import { Slots } from "./slots.js";

export type EntranceLimits = Pick<
  Config,
  | "exemptAddresses"
  | "socketsPerNode"
  | "socketsPerAddress"
  | "greetingPerNode"
  | "greetingPerAddress"
  | "connectsPerNode"
  | "connectsPerAddress"
>;

/** When somebody leaves, and makes room, nobody knows. */
const FULL_RETRY_MS = 5_000;

/** One socket that was let in. */
export interface Stay {
  /** It said who it is. */
  greeted(): void;
  left(): void;
}

/**
 * Which sockets may come in: so many at a time and so many in a time, from one address and in all. What an address is refused for costs nobody
 * else anything; when all are too many, each gets a time of its own to come back, as fast as they can be taken.
 */
export class Entrance {
  readonly #refused: (limit: string) => Counts;
  readonly #counts: (address: string) => string | undefined;
  readonly #here: Crowd;
  readonly #greeting: Crowd;
  readonly #connects: Budget;
  readonly #accepts: Slots;

  constructor(limits: EntranceLimits, { clock, metrics }: { readonly clock: Clock; readonly metrics: Metrics }) {
    this.#refused = refusals(metrics);
    this.#counts = byNetwork(new Networks(limits.exemptAddresses));
    this.#here = new Crowd({ all: limits.socketsPerNode, each: limits.socketsPerAddress });
    this.#greeting = new Crowd({ all: limits.greetingPerNode, each: limits.greetingPerAddress });
    this.#connects = new Budget({
      rate: limits.connectsPerAddress,
      clock,
      refused: this.#refused("connects_per_address"),
      counts: this.#counts,
    });
    this.#accepts = new Slots(clock, bucketOf(limits.connectsPerNode));
  }

  /** A stay, or after how many ms to come back. */
  enter(address: string): Stay | number {
    const key = this.#counts(address);
    const full = this.#full("sockets", this.#here.full(key)) || this.#full("greeting", this.#greeting.full(key));
    if (full) return FULL_RETRY_MS;
    const wait_ms = this.#connects.wait(address) || this.#slot();
    return wait_ms > 0 ? wait_ms : this.#stay(key);
  }

  #full(what: string, of: "address" | "node" | undefined): boolean {
    if (of !== undefined) this.#refused(`${what}_per_${of}`).inc();
    return of !== undefined;
  }

  #slot(): number {
    const wait_ms = this.#accepts.take();
    if (wait_ms > 0) this.#refused("connects_per_node").inc();
    return wait_ms;
  }

  #stay(key: string | undefined): Stay {
    this.#here.enter(key);
    this.#greeting.enter(key);
    let greeting = true;
    const greeted = (): void => {
      if (greeting) this.#greeting.leave(key);
      greeting = false;
    };
    const left = (): void => {
      greeted();
      this.#here.leave(key);
    };
    return { greeted, left };
  }
}
