import { commitSuite } from "./commit.js";
import { loadSuite } from "./load.js";
import type { LedgerSuite } from "./suite.js";

/** What every ledger promises. */
export const ledgerContract: LedgerSuite = (contract) => {
  for (const suite of [loadSuite, commitSuite]) suite(contract);
};
