import type { TestContext } from "node:test";
import type { Ledger } from "../../../router/ledger.js";
import type { Test } from "../suite.js";

/** A ledger of its own, empty. The factory closes it when the test is over. */
export interface LedgerUnderTest {
  readonly ledger: Ledger;
  /** Another router's client of the same ledger; the same object where there is only one process. */
  readonly elsewhere: Ledger;
  /** Another client, after the process of the others died. They may not be used after it. */
  reopen(): Promise<Ledger>;
}

export interface LedgerContract {
  readonly test: Test;
  readonly factory: (t: TestContext) => Promise<LedgerUnderTest>;
}

export type LedgerSuite = (contract: LedgerContract) => void;
