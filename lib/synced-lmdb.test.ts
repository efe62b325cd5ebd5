import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import type { RootDatabase } from "lmdb";
import { emptyFolder } from "../test/support/folder.js";
import { closeSynced, openSynced, writeAside } from "./synced-lmdb.js";
import { turn } from "./turn.js";

test("a transaction is there whole when it resolves, with its answer, and not at all when it throws", async (t) => {
  const root = openSynced(emptyFolder(t), 2);
  t.after(() => closeSynced(root));
  const table = root.openDB<string, string>({ name: "table" });
  const answer = await writeAside(root, () => {
    table.putSync("a", "1");
    return "answer";
  });
  assert.equal(answer, "answer");
  const broken = (): never => {
    table.putSync("a", "2");
    table.putSync("b", "2");
    throw new Error("a bug");
  };
  await assert.rejects(writeAside(root, broken), /a bug/);
  assert.deepEqual([table.get("a"), table.get("b")], ["1", undefined]);
});

test("on a full disk a transaction rejects with the reason, the process goes on, and it can be closed", async (t) => {
  const module = JSON.stringify(new URL("./synced-lmdb.ts", import.meta.url).href);
  const program = `
    import { closeSynced, openSynced, writeAside } from ${module};
    const root = openSynced(${JSON.stringify(emptyFolder(t))}, 2);
    const table = root.openDB({ name: "table" });
    let failed = 0;
    for (let i = 0; failed < 3; i++) await writeAside(root, () => table.putSync(i, "x".repeat(5_000))).catch((error) => {
      failed++;
      process.stdout.write(error.message.split(":")[0] + ";");
    });
    await closeSynced(root);
    process.stdout.write("closed");`;
  const node = [process.execPath, "--import", "tsx", "--input-type=module", "--eval", program];
  const child = spawn("bash", ["-c", 'trap "" XFSZ; ulimit -f 300; exec "$@"', "bash", ...node], { stdio: ["ignore", "pipe", "ignore"] });
  let said = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (said += text));
  const [code] = (await once(child, "close")) as [number];
  assert.deepEqual([code, said], [0, "File too large;File too large;File too large;closed"]);
});

test("a transaction does not resolve before the disk has it: what is committed is not synced yet", async () => {
  const order: string[] = [];
  let synced = (): void => undefined;
  const root = {
    childTransaction: async (write: () => unknown) => {
      const result = write();
      order.push("committed");
      return result;
    },
    flushed: new Promise<void>((resolve) => {
      synced = resolve;
    }),
  };
  const written = writeAside(root as unknown as RootDatabase, () => "answer").then(() => order.push("resolved"));
  await turn();
  order.push("synced");
  synced();
  await written;
  assert.deepEqual(order, ["committed", "synced", "resolved"]);
});

test("an environment is closed also when its last transaction is refused, and only once", async () => {
  const closes: string[] = [];
  const root = {
    childTransaction: () => Promise.reject(new Error("no space left")),
    close: async () => void closes.push("closed"),
  };
  for (let i = 0; i < 2; i++) await closeSynced(root as unknown as RootDatabase);
  assert.deepEqual(closes, ["closed"]);
});
