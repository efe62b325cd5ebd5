/**
 * Lease: one owner per shard at a time. A token is greater than every token the shard had before, also after every memory was lost.
 */
export interface Lease {
  /** How long an owner that does not renew keeps the shard. */
  readonly ttl_ms: number;
  /** The fencing token, or undefined while another owner holds the shard. Rejects with `unavailable`. */
  acquire(shard: number): Promise<number | undefined>;
  /** False when the lease was lost: the owner MUST stop at once. */
  renew(shard: number, token: number): Promise<boolean>;
  release(shard: number, token: number): Promise<void>;
}
