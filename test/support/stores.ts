import { join } from "node:path";
import type { TestContext } from "node:test";
import { type LmdbStore, openStore } from "../../persister/store-lmdb.js";
import { emptyFolder } from "./folder.js";
import { log } from "./log.js";

/** A store of its own, empty, that is closed when the test is over. */
export function emptyStore(t: TestContext): LmdbStore {
  const store = openStore({ path: join(emptyFolder(t), "store"), log });
  t.after(() => store.close());
  return store;
}
