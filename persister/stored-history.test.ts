import { type TestContext, test } from "node:test";
import { systemClock } from "../lib/clock.js";
import { historyContract } from "../test/contract/history/index.js";
import type { HistoryUnderTest } from "../test/contract/history/suite.js";
import { emptyStore } from "../test/support/stores.js";
import { StoredHistory } from "./stored-history.js";

async function factory(t: TestContext, patience_ms: number): Promise<HistoryUnderTest> {
  const store = emptyStore(t);
  // The clock's timers keep no process alive while a question waits on them; a server's port does, and here there is none.
  const alive = setInterval(() => undefined, 1_000);
  t.after(() => clearInterval(alive));
  return { store, history: new StoredHistory({ store, partitions: 1, clock: systemClock, patience_ms }) };
}

historyContract({ test, factory });
