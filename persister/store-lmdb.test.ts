import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { storeContract } from "../test/contract/store/index.js";
import type { StoreUnderTest } from "../test/contract/store/suite.js";
import { emptyFolder } from "../test/support/folder.js";
import { log } from "../test/support/log.js";
import { type LmdbStore, openStore } from "./store-lmdb.js";

async function factory(t: TestContext): Promise<StoreUnderTest> {
  const path = join(emptyFolder(t), "store");
  const opened: LmdbStore[] = [];
  const open = (): LmdbStore => {
    const store = openStore({ path, log });
    opened.push(store);
    return store;
  };
  const close = async (): Promise<void> => opened.at(-1)?.close();
  t.after(close);
  return { store: open(), close, reopen: () => close().then(open) };
}

storeContract({ test, factory });
