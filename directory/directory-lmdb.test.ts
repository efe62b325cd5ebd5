import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { directoryContract } from "../test/contract/directory/index.js";
import type { DirectoryUnderTest } from "../test/contract/directory/suite.js";
import { openDirectory } from "../test/support/directories.js";
import { emptyFolder } from "../test/support/folder.js";

async function factory(t: TestContext): Promise<DirectoryUnderTest> {
  const path = join(emptyFolder(t), "directory");
  const directory = openDirectory(t, path);
  const close = (): Promise<void> => directory.close();
  return { directory, elsewhere: directory, close, reopen: () => close().then(() => openDirectory(t, path)) };
}

directoryContract({ test, factory });
