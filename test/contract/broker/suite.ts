import type { TestContext } from "node:test";
import type { Broker } from "../../../timeline/broker.js";
import type { Cannot, Test } from "../suite.js";

export interface BrokerLimits {
  readonly entries: number;
  readonly bytes: number;
  readonly idle_ms: number;
  readonly unsettled: number;
}

/** A broker of its own, empty, without a storage epoch. The factory closes it when the test is over. */
export interface BrokerUnderTest {
  readonly broker: Broker;
  /** Another client of the same windows, as a second gateway has it; the same object where there is only one process. */
  readonly elsewhere: Broker;
  /** Loses everything, as a server does that is emptied; answers a client of what is left. The other clients may not be used after it. */
  forget(): Promise<Broker>;
  /** Lets this much time pass for the broker (ability `time`). */
  pass(by_ms: number): Promise<void>;
}

export type BrokerAbility = "time";

export interface BrokerContract {
  readonly test: Test;
  readonly factory: (t: TestContext, limits: BrokerLimits) => Promise<BrokerUnderTest>;
  readonly cannot?: Cannot<BrokerAbility>;
}

export type BrokerSuite = (contract: BrokerContract) => void;

/** Small enough that a test reaches them. */
export const LIMITS: BrokerLimits = { entries: 20, bytes: 100_000, idle_ms: 60_000, unsettled: 10 };
