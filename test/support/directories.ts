import { join } from "node:path";
import type { TestContext } from "node:test";
import { LmdbDirectory } from "../../directory/directory-lmdb.js";
import { emptyFolder } from "./folder.js";

/** A directory that is closed when the test is over: an empty one, unless it has a folder. */
export function openDirectory(t: TestContext, path = join(emptyFolder(t), "directory")): LmdbDirectory {
  const directory = new LmdbDirectory({ path });
  t.after(() => directory.close());
  return directory;
}
