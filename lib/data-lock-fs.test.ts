import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { emptyFolder } from "../test/support/folder.js";
import { DataFolderError, DataLock } from "./data-lock-fs.js";

const MODULE = new URL("./data-lock-fs.ts", import.meta.url).href;

function holding(t: TestContext, path: string): DataLock {
  const lock = new DataLock(path);
  t.after(() => lock.stop());
  return lock;
}

/** Another process that holds the folder, with a child of its own that outlives it. */
async function holder(t: TestContext, path: string): Promise<ChildProcess> {
  const program = `import { spawn } from "node:child_process";
    import { DataLock } from ${JSON.stringify(MODULE)};
    globalThis.lock = new DataLock(${JSON.stringify(path)});
    await lock.start();
    const child = spawn("sleep", ["30"], { stdio: "ignore", detached: true });
    console.log(child.pid);
    setInterval(() => undefined, 1000);`;
  const other = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(() => other.kill("SIGKILL"));
  const [line] = await once(other.stdout, "data");
  t.after(() => process.kill(Number(String(line)), "SIGKILL"));
  return other;
}

test("a second lock on the folder is refused, naming the folder and the process that holds it", async (t) => {
  const path = emptyFolder(t);
  const other = await holder(t, path);
  await assert.rejects(holding(t, path).start(), (error) => {
    assert.ok(error instanceof DataFolderError);
    assert.ok(error.message.includes(path) && error.message.includes(`process ${other.pid}`), error.message);
    return true;
  });
});

test("kill -9 of the holder frees the folder, although its child lives on", async (t) => {
  const path = emptyFolder(t);
  const other = await holder(t, path);
  other.kill("SIGKILL");
  await once(other, "exit");
  await holding(t, path).start();
  assert.equal(readFileSync(join(path, "LOCK"), "utf8"), `${process.pid}\n`);
});

test("a stopped lock can be taken by another, and started again after that one", async (t) => {
  const path = emptyFolder(t);
  const [first, second] = [holding(t, path), holding(t, path)];
  await first.start();
  await first.start();
  await assert.rejects(second.start(), DataFolderError);
  await first.stop();
  await second.start();
  await second.stop();
  await first.start();
});

test("a missing folder is made", async (t) => {
  const path = join(emptyFolder(t), "deep", "data");
  await holding(t, path).start();
  assert.equal(readFileSync(join(path, "LOCK"), "utf8"), `${process.pid}\n`);
});

test("a file in the folder's place is refused with what to do", async (t) => {
  const path = join(emptyFolder(t), "data");
  writeFileSync(path, "");
  await assert.rejects(holding(t, path).start(), /data cannot be written \(EEXIST\)\. Make it writable/);
});

test("a full disk is refused at the start", async (t) => {
  const path = emptyFolder(t);
  // Every write to /dev/full fails as on a full disk.
  symlinkSync("/dev/full", join(path, "LOCK"));
  await assert.rejects(holding(t, path).start(), /cannot be written \(ENOSPC\)/);
});

test("a folder in which nothing can be made is refused, also for root", async (t) => {
  await assert.rejects(
    holding(t, "/proc").start(),
    (error) => error instanceof DataFolderError && /\/proc cannot be written/.test(error.message),
  );
});
