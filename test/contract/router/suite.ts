import type { TestContext } from "node:test";
import type { Router } from "../../../router/router.js";
import type { Timeline } from "../../../timeline/timeline.js";
import type { Test } from "../suite.js";

/**
 * A router of its own over the tenants of test/support/router-house.ts, as two gateways have it, and the timelines it writes to. The factory
 * stops all of it when the test is over.
 */
export interface RouterInHouse {
  readonly router: Router;
  readonly elsewhere: Router;
  readonly timeline: Timeline;
  /** Lets this much time pass for the router; what is due then is done within its next tick. */
  pass(by_ms: number): void;
  /** The second gateway is gone, and its agents' sockets with it. */
  loseElsewhere(): Promise<void>;
  /** Every window is lost, and with them what was assigned to whom. */
  loseWindows(): void;
  /** Resolves when history has all that is durable. */
  isStored(): Promise<void>;
}

export interface RouterContract {
  readonly test: Test;
  readonly factory: (t: TestContext) => Promise<RouterInHouse>;
}

export type RouterSuite = (contract: RouterContract) => void;
