import type { TestContext } from "node:test";
import type { Lease } from "../../../router/lease.js";
import type { Cannot, Test } from "../suite.js";

/** Leases of their own, none of them held. */
export interface LeaseUnderTest {
  readonly lease: Lease;
  /** Another router's lease on the same shards. */
  readonly elsewhere: Lease;
  /** Loses every memory of tokens and holders, under a new storage epoch; answers a lease on what is left. */
  forget(): Promise<Lease>;
  /** Lets this much time pass (ability `time`). */
  pass(by_ms: number): Promise<void>;
}

/** `time`: an owner that does not renew loses the shard. */
export type LeaseAbility = "time";

export interface LeaseContract {
  readonly test: Test;
  readonly factory: (t: TestContext) => Promise<LeaseUnderTest>;
  readonly cannot?: Cannot<LeaseAbility>;
}

export type LeaseSuite = (contract: LeaseContract) => void;
