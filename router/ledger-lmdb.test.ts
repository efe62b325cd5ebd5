import { type TestContext, test } from "node:test";
import { ledgerContract } from "../test/contract/ledger/index.js";
import type { LedgerUnderTest } from "../test/contract/ledger/suite.js";
import { emptyFolder } from "../test/support/folder.js";
import { log } from "../test/support/log.js";
import { LmdbLedger } from "./ledger-lmdb.js";

async function factory(t: TestContext): Promise<LedgerUnderTest> {
  const path = emptyFolder(t);
  const open = (): LmdbLedger => {
    const ledger = new LmdbLedger({ path, log });
    t.after(() => ledger.close());
    return ledger;
  };
  const ledger = open();
  const reopen = async (): Promise<LmdbLedger> => {
    await ledger.close();
    return open();
  };
  return { ledger, elsewhere: ledger, reopen };
}

ledgerContract({ test, factory });
