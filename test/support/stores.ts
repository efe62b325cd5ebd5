import { join } from "node:path";
import type { TestContext } from "node:test";
import { createLogger } from "../../lib/log.js";
import { type LmdbStore, openStore } from "../../persister/store-lmdb.js";
import { emptyFolder } from "./folder.js";

export const silent = createLogger({ level: "silent", name: "test" });

/** A store of its own, empty, that is closed when the test is over. */
export function emptyStore(t: TestContext): LmdbStore {
  const store = openStore({ path: join(emptyFolder(t), "store"), log: silent });
  t.after(() => store.close());
  return store;
}
