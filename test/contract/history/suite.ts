import type { TestContext } from "node:test";
import type { History } from "../../../persister/history.js";
import type { Store } from "../../../persister/store.js";
import type { Test } from "../suite.js";

/** A history of its own, over an empty store that the test writes to as the persister does, partition 0 alone. */
export interface HistoryUnderTest {
  readonly history: History;
  readonly store: Store;
}

export interface HistoryContract {
  readonly test: Test;
  /** `patience_ms`: how long the history waits for the persister. */
  readonly factory: (t: TestContext, patience_ms: number) => Promise<HistoryUnderTest>;
}

export type HistorySuite = (contract: HistoryContract) => void;

/** Longer than what a test writes while a question waits. */
export const PATIENT_MS = 5_000;
/** Over before anybody could write anything. */
export const IMPATIENT_MS = 0;
