import type { TestContext } from "node:test";
import type { Journal } from "../../../timeline/journal.js";
import type { Test } from "../suite.js";

/** A journal of its own, empty. The factory closes it when the test is over. */
export interface JournalUnderTest {
  readonly journal: Journal;
  /** Closes it and opens it anew over the same data. The one before may not be used after it. */
  reopen(): Promise<Journal>;
  /** Lets at least this much time pass for the journal. */
  pass(by_ms: number): Promise<void>;
}

export interface JournalContract {
  readonly test: Test;
  readonly factory: (t: TestContext) => Promise<JournalUnderTest>;
}

export type JournalSuite = (contract: JournalContract) => void;
