import { LIVES_PER_EPOCH } from "../proto/position.js";
import type { Lease } from "./lease.js";

/** Leases inside one process. Tokens grow over restarts because the storage epoch does. */
export class MemoryLease implements Lease {
  readonly ttl_ms = 3_000;
  readonly #epoch: () => number;
  readonly #held = new Map<number, number>();
  #given = 0;

  /** `epoch`: the storage epoch, asked at each acquire. */
  constructor(epoch: () => number) {
    this.#epoch = epoch;
  }

  async acquire(shard: number): Promise<number | undefined> {
    if (this.#held.has(shard)) return undefined;
    this.#given += 1;
    const token = this.#epoch() * LIVES_PER_EPOCH + this.#given;
    this.#held.set(shard, token);
    return token;
  }

  async renew(shard: number, token: number): Promise<boolean> {
    return this.#held.get(shard) === token;
  }

  async release(shard: number, token: number): Promise<void> {
    if (this.#held.get(shard) === token) this.#held.delete(shard);
  }
}
