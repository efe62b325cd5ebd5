import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { systemClock } from "../lib/clock.js";
import { DeskError } from "../lib/errors.js";
import type { GrpcServer } from "../lib/rpc-grpc.js";
import { historyContract } from "../test/contract/history/index.js";
import type { HistoryUnderTest } from "../test/contract/history/suite.js";
import { log } from "../test/support/log.js";
import { emptyStore } from "../test/support/stores.js";
import { HistoryClient, serveHistory } from "./history-grpc.js";
import { StoredHistory } from "./stored-history.js";

interface Served extends HistoryUnderTest {
  readonly server: GrpcServer;
}

async function served(t: TestContext, patience_ms = 0): Promise<Served> {
  const store = emptyStore(t);
  const stored = new StoredHistory({ store, partitions: 1, clock: systemClock, patience_ms });
  const server = serveHistory(stored, { address: "127.0.0.1:0", clock: systemClock, log });
  await server.start();
  t.after(() => server.stop());
  const history = new HistoryClient({ address: `127.0.0.1:${server.port}`, clock: systemClock });
  t.after(() => history.close());
  return { store, history, server };
}

historyContract({ test, factory: served });

test("a history whose server is gone is unavailable at once", async (t) => {
  const { history, server } = await served(t);
  await history.marks("shop", "c");
  await server.stop();
  await assert.rejects(history.marks("shop", "c"), (error) => error instanceof DeskError && error.code === "unavailable");
});

test("a history whose store does not answer is unavailable, and says no more than that", async (t) => {
  const { history, store } = await served(t);
  await (store as ReturnType<typeof emptyStore>).close();
  await assert.rejects(history.marks("shop", "c"), (error) => error instanceof DeskError && error.code === "unavailable");
});
