import assert from "node:assert/strict";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { filesContract } from "../test/contract/files/index.js";
import { PICTURE, parts, textOf } from "../test/contract/files/suite.js";
import { emptyFolder } from "../test/support/folder.js";
import { FolderFiles } from "./files-fs.js";

async function opened(path: string, bytesMax: number): Promise<FolderFiles> {
  const files = new FolderFiles({ folder: path, bytesMax });
  await files.open();
  return files;
}

filesContract({ test, factory: (t: TestContext, bytesMax: number) => opened(emptyFolder(t), bytesMax) });

test("files are there after the folder is opened again, and what arrived in part is gone", async (t) => {
  const path = emptyFolder(t);
  const before = await opened(path, 100);
  const { id } = await before.put(PICTURE, parts("kept"));
  writeFileSync(join(path, "incoming", "half"), "in p");
  const after = await opened(path, 100);
  assert.equal(await textOf((await after.get(id))?.content() ?? parts()), "kept");
  assert.deepEqual(readdirSync(join(path, "incoming")), []);
});

test("a refused file leaves nothing in the folder", async (t) => {
  const path = emptyFolder(t);
  const files = await opened(path, 3);
  await assert.rejects(files.put(PICTURE, parts("too much")), { code: "too_large" });
  assert.deepEqual(readdirSync(path, { recursive: true }), ["incoming"]);
});

test("a folder that cannot be written is unavailable, not a fault", async (t) => {
  const path = emptyFolder(t);
  const files = new FolderFiles({ folder: join(path, "never opened"), bytesMax: 100 });
  await assert.rejects(files.put(PICTURE, parts("x")), { code: "unavailable" });
});
