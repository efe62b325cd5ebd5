import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type TestContext, test } from "node:test";
import { open } from "lmdb";
import { FakeClock } from "../lib/clock-fake.js";
import { journalContract } from "../test/contract/journal/index.js";
import { Consumer, entryRecord, entryRecords } from "../test/contract/journal/records.js";
import type { JournalUnderTest } from "../test/contract/journal/suite.js";
import { emptyFolder } from "../test/support/folder.js";
import { log } from "../test/support/log.js";
import { refusal } from "../test/support/refusal.js";
import { until } from "../test/support/until.js";
import { LmdbJournal } from "./journal-lmdb.js";

const limits = { batchRecords: 500, batchBytes: 256 * 1024 };

function opened(t: TestContext, path: string, clock = new FakeClock()): LmdbJournal {
  const journal = new LmdbJournal({ path, limits, clock, log });
  t.after(() => journal.close());
  return journal;
}

async function factory(t: TestContext): Promise<JournalUnderTest> {
  const path = join(emptyFolder(t), "journal");
  const clock = new FakeClock();
  let journal = opened(t, path, clock);
  const first = journal;
  const reopen = async (): Promise<LmdbJournal> => {
    await journal.close();
    journal = opened(t, path, clock);
    return journal;
  };
  return { journal: first, reopen, pass: (by_ms) => clock.advance(by_ms) };
}

journalContract({ test, factory });

/** Another process that appends one record after another, many at a time, and prints the mid of each that was acknowledged. */
function appender(t: TestContext, path: string, { sh = "exec" }: { readonly sh?: string } = {}) {
  const program = `
    import { systemClock } from ${JSON.stringify(new URL("../lib/clock.ts", import.meta.url).href)};
    import { log } from ${JSON.stringify(new URL("../test/support/log.ts", import.meta.url).href)};
    import { LmdbJournal } from ${JSON.stringify(new URL("./journal-lmdb.ts", import.meta.url).href)};
    import { entryRecord } from ${JSON.stringify(new URL("../test/contract/journal/records.ts", import.meta.url).href)};
    const journal = new LmdbJournal({ path: ${JSON.stringify(path)}, limits: ${JSON.stringify(limits)}, clock: systemClock, log });
    let n = 0;
    const lane = async () => {
      for (;;) {
        const record = entryRecord(++n, { text: "x".repeat(500) });
        const answer = await journal.append([record]).then(() => "ack", (error) => error.code);
        process.stdout.write(answer + " " + record.entry.mid + "\\n");
        if (answer !== "ack") return;
      }
    };
    await Promise.all(Array.from({ length: 50 }, lane));
    await journal.close();`;
  const child = spawn("sh", ["-c", `${sh} "$0" "$@"`, process.execPath, "--import", "tsx", "--input-type=module", "-e", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(() => child.kill("SIGKILL"));
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout });
  reader.on("line", (line) => lines.push(line));
  return { child, lines, read: once(reader, "close"), exit: once(child, "exit") };
}

async function midsOf(journal: LmdbJournal, count: number): Promise<Set<string>> {
  const consumer = new Consumer(journal, "reader");
  await until("every record", async () => consumer.raw.length >= (await journal.end(0)));
  await consumer.stop();
  assert.ok(consumer.raw.length >= count);
  return new Set(consumer.mids);
}

test("after kill -9 in the middle of appending every acknowledged record is there", async (t) => {
  const path = join(emptyFolder(t), "journal");
  const { child, lines, read, exit } = appender(t, path);
  await until("some hundred acknowledgements", () => lines.length >= 300);
  child.kill("SIGKILL");
  await Promise.all([exit, read]);
  const acked = lines.map((line) => line.replace("ack ", ""));
  const found = await midsOf(opened(t, path), acked.length);
  assert.deepEqual(
    acked.filter((mid) => !found.has(mid)),
    [],
  );
});

test("on a full disk appends are unavailable, and every acknowledged record is there afterwards", async (t) => {
  const path = join(emptyFolder(t), "journal");
  // A file that may not grow any more is how a full disk looks to a writer; without the trap the first such write would end the process.
  const { lines, read, exit } = appender(t, path, { sh: "trap '' XFSZ; ulimit -f 2000; exec" });
  const [code] = await exit;
  await read;
  const acked = lines.filter((line) => line.startsWith("ack ")).map((line) => line.replace("ack ", ""));
  const refused = lines.filter((line) => line.startsWith("unavailable "));
  assert.deepEqual([code, acked.length > 100, refused.length, acked.length + refused.length], [0, true, 50, lines.length]);
  const journal = opened(t, path);
  const found = await midsOf(journal, acked.length);
  assert.deepEqual(
    acked.filter((mid) => !found.has(mid)),
    [],
  );
  await journal.append([entryRecord(1_000_000)]);
});

test("appends that come together share one transaction, and so one flush", async (t) => {
  const path = join(emptyFolder(t), "journal");
  const journal = opened(t, path);
  const transactions = (): number => (open({ path, readOnly: true, maxDbs: 4 }).getStats() as { lastTxnId: number }).lastTxnId;
  await journal.append([entryRecord(0)]);
  const before = transactions();
  await Promise.all(entryRecords(1, 400).map((record) => journal.append([record])));
  const taken = transactions() - before;
  assert.ok(taken >= 1 && taken <= 2, `400 appends took ${taken} transactions`);
});

test("a batch is cut at its records, and what is too large for a batch travels alone", async (t) => {
  const path = join(emptyFolder(t), "journal");
  const journal = new LmdbJournal({ path, limits: { batchRecords: 10, batchBytes: 4_000 }, clock: new FakeClock(), log });
  t.after(() => journal.close());
  await Promise.all([...entryRecords(1, 35), entryRecord(36, { text: "x".repeat(9_000) })].map((record) => journal.append([record])));
  assert.equal(await journal.end(0), 36);
});

test("a journal that is closed first writes what it has taken, then refuses with unavailable", async (t) => {
  const path = join(emptyFolder(t), "journal");
  const journal = opened(t, path);
  const records = entryRecords(1, 3 * limits.batchRecords);
  const taken = Promise.all(records.map((record) => journal.append([record])));
  await journal.close();
  await taken;
  await assert.rejects(journal.append([entryRecord(1)]), refusal("unavailable"));
  assert.equal((await midsOf(opened(t, path), records.length)).size, records.length);
});

test("what every group has consumed is dropped, so that the file does not grow for ever", async (t) => {
  const path = join(emptyFolder(t), "journal");
  const journal = opened(t, path);
  const consumers = [new Consumer(journal, "a"), new Consumer(journal, "b")];
  await journal.append(entryRecords(1, 50));
  await until("both groups", () => consumers.every(({ raw }) => raw.length >= 50));
  await Promise.all(consumers.map((consumer) => consumer.stop()));
  const held = open({ path, maxDbs: 4 }).openDB({ name: "records", encoding: "binary" });
  assert.equal([...held.getKeys({})].length, 0);
});
