import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { FakeClock } from "../lib/clock-fake.js";
import { DeskError } from "../lib/errors.js";
import { Metrics } from "../lib/metrics.js";
import { allRows, authority, C, entries, entry, places, routing, TENANT } from "../test/contract/store/script.js";
import { emptyFolder } from "../test/support/folder.js";
import { Gate } from "../test/support/gate.js";
import { log } from "../test/support/log.js";
import { turns, until } from "../test/support/until.js";
import type { Entry } from "../timeline/entry.js";
import { LmdbJournal } from "../timeline/journal-lmdb.js";
import type { JournalRecord } from "../timeline/record.js";
import { Persister } from "./persister.js";
import type { Store } from "./store.js";
import { type LmdbStore, openStore } from "./store-lmdb.js";

const limits = { batchRecords: 500, batchBytes: 256 * 1024 };

interface Rooms {
  readonly journal: LmdbJournal;
  readonly store: LmdbStore;
  readonly clock: FakeClock;
  readonly metrics: Metrics;
  /** A persister between the two; `write` stands in front of the store's own. */
  persister(write?: Store["write"]): Persister;
}

function rooms(t: TestContext, folder = emptyFolder(t)): Rooms {
  const [clock, metrics] = [new FakeClock(), new Metrics()];
  const journal = new LmdbJournal({ path: join(folder, "journal"), limits, clock, log });
  const store = openStore({ path: join(folder, "store"), log });
  t.after(() => journal.close());
  t.after(() => store.close());
  const persister = (write: Store["write"] = (batch) => store.write(batch)): Persister => {
    const made = new Persister({ journal, store: { write }, log, metrics });
    t.after(() => made.stop());
    return made;
  };
  return { journal, store, clock, metrics, persister };
}

const say = (journal: LmdbJournal, ...said: readonly Entry[]): Promise<void> =>
  journal.append(said.map((each) => ({ t: "entry", entry: each })));
const passed = (store: LmdbStore, offset: number) => until(`offset ${offset} to be passed`, async () => (await store.passed(0)) >= offset);

/** The offsets that another persister is given, up to that of one record more. */
async function takenUp({ journal, store, persister }: Rooms): Promise<number[]> {
  const seen: number[] = [];
  await persister((batch) => {
    seen.push(...batch.entries.map(({ offset }) => offset));
    return store.write(batch);
  }).start();
  await say(journal, entry([1, 4]));
  await passed(store, 3);
  return seen;
}

const unavailable = (): never => {
  throw new DeskError("unavailable", "not now");
};

test("what the journal holds is in the store, in order, and so is what comes while the persister runs", async (t) => {
  const { journal, store, persister } = rooms(t);
  await say(journal, ...entries(1, 1, 3));
  await persister().start();
  await passed(store, 2);
  await say(journal, ...entries(1, 4, 5));
  await passed(store, 4);
  assert.deepEqual(places(await allRows(store)), ["1-1", "1-2", "1-3", "1-4", "1-5"]);
});

test("what is written is committed: after a restart it does not come again", async (t) => {
  const house = rooms(t);
  const { journal, store, persister } = house;
  await say(journal, ...entries(1, 1, 3));
  const first = persister();
  await first.start();
  await passed(store, 2);
  await first.stop();
  assert.deepEqual(await takenUp(house), [3]);
});

test("a store that fails is asked again for as long as it takes, nothing is skipped, and nothing is lost", async (t) => {
  const { journal, store, clock, persister } = rooms(t);
  const tries: string[] = [];
  let broken = true;
  await say(journal, ...entries(1, 1, 2));
  await persister(async (batch) => {
    tries.push(batch.entries.map(({ offset }) => offset).join());
    return broken ? unavailable() : store.write(batch);
  }).start();
  for (let hour = 0; hour < 3; hour++) {
    await turns();
    await say(journal, entry([1, 3 + hour]));
    await clock.advance(20_000);
  }
  assert.ok(tries.length > 50, `${tries.length} tries`);
  assert.ok(
    tries.every((offsets) => offsets.startsWith("0,1")),
    "no record was passed over",
  );
  assert.deepEqual(await allRows(store), []);
  broken = false;
  await clock.advance(1_000);
  await passed(store, 4);
  assert.deepEqual(places(await allRows(store)), ["1-1", "1-2", "1-3", "1-4", "1-5"]);
});

test("a batch that was written although the store said it did not know is written again and stands once", async (t) => {
  const { journal, store, clock, persister } = rooms(t);
  let tries = 0;
  await say(journal, ...entries(1, 1, 3));
  await persister(async (batch) => {
    const aside = await store.write(batch);
    tries += 1;
    return tries === 1 ? unavailable() : aside;
  }).start();
  await until("the first write", () => tries === 1);
  await turns();
  await clock.advance(1_000);
  await until("the second write", () => tries === 2);
  assert.deepEqual(places(await allRows(store)), ["1-1", "1-2", "1-3"]);
  assert.deepEqual(await store.deadLetters(10), []);
});

test("kill -9 between the write and the commit: the next persister writes the same again, and history has everything once", async (t) => {
  const folder = emptyFolder(t);
  const module = (path: string): string => JSON.stringify(new URL(path, import.meta.url).href);
  const program = `
    import { systemClock } from ${module("../lib/clock.ts")};
    import { Metrics } from ${module("../lib/metrics.ts")};
    import { log } from ${module("../test/support/log.ts")};
    import { entries } from ${module("../test/contract/store/script.ts")};
    import { LmdbJournal } from ${module("../timeline/journal-lmdb.ts")};
    import { Persister } from ${module("./persister.ts")};
    import { openStore } from ${module("./store-lmdb.ts")};
    const journal = new LmdbJournal({ path: ${JSON.stringify(join(folder, "journal"))}, limits: ${JSON.stringify(limits)}, clock: systemClock, log });
    const store = openStore({ path: ${JSON.stringify(join(folder, "store"))}, log });
    await journal.append(entries(1, 1, 4).map((entry) => ({ t: "entry", entry })));
    const write = async (batch) => { await store.write(batch); process.kill(process.pid, "SIGKILL"); };
    await new Persister({ journal, store: { write }, log, metrics: new Metrics() }).start();
    setInterval(() => undefined, 1_000);`;
  const other = spawn(process.execPath, ["--import", "tsx", "--input-type=module", "-e", program], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  assert.deepEqual(await once(other, "exit"), [null, "SIGKILL"]);

  const { journal, store, persister } = rooms(t, folder);
  assert.deepEqual(places(await allRows(store)), ["1-1", "1-2", "1-3", "1-4"]);
  const again: number[] = [];
  await persister((batch) => {
    again.push(...batch.entries.map(({ offset }) => offset));
    return store.write(batch);
  }).start();
  await say(journal, entry([1, 5]));
  await passed(store, 4);
  assert.deepEqual(again, [0, 1, 2, 3, 4]);
  assert.deepEqual(places(await allRows(store)), ["1-1", "1-2", "1-3", "1-4", "1-5"]);
  assert.deepEqual(await store.deadLetters(10), []);
});

test("records that can never be written stop nothing: each is a dead letter with its reason, and holds its place where it has one", async (t) => {
  const { journal, store, metrics, persister } = rooms(t);
  const poison: readonly unknown[] = [
    "no record at all",
    { t: "poll", c: C },
    { t: "mark", tenant: TENANT, c: C, user: "x".repeat(5_000), got: [1, 1] },
    { t: "entry", entry: { ...entry([1, 2]), frame: "{" } },
    { t: "entry", entry: { ...entry([1, 3]), mid: "x".repeat(5_000) } },
    { t: "entry", entry: { ...entry([1, 4]), authority: { version: 1 } } },
  ];
  await say(journal, entry([1, 1]));
  await journal.append(poison as JournalRecord[]);
  await say(journal, entry([1, 5]));
  const taker = persister();
  await taker.start();
  await passed(store, 7);
  await taker.stop();
  const rows = await allRows(store);
  assert.deepEqual(places(rows), ["1-1", "1-2", "1-3", "1-4", "1-5"]);
  assert.deepEqual(
    rows.map((row) => "entry" in row),
    [true, false, false, false, true],
  );
  assert.deepEqual(
    (await store.deadLetters(10)).map(({ offset, reason }) => `${offset} ${reason}`),
    ["1 not_a_record", "2 unknown_record", "3 not_a_record", "4 unreadable_entry", "5 unreadable_entry", "6 unreadable_entry"],
  );
  const scraped = await metrics.text();
  assert.match(scraped, /deskwire_persister_dead_letters_total\{reason="unreadable_entry"\} 3/);
  assert.match(scraped, /deskwire_persister_entries_total 2/);
});

test("an entry that comes too late, and one whose place is taken, are counted by their reasons and not as stored", async (t) => {
  const { journal, store, metrics, persister } = rooms(t);
  await say(journal, entry([1, 1]), entry([1, 1], { body: { text: "other" } }), entry([2, 1]), entry([1, 2]));
  const taker = persister();
  await taker.start();
  await passed(store, 3);
  await taker.stop();
  const scraped = await metrics.text();
  assert.match(scraped, /dead_letters_total\{reason="other_content"\} 1/);
  assert.match(scraped, /dead_letters_total\{reason="late_epoch"\} 1/);
  assert.match(scraped, /persister_entries_total 2/);
});

test("marks, visitors, decisions and conversations come from the journal too", async (t) => {
  const { journal, store, persister } = rooms(t);
  const decision = { id: "d", at: 17, event: "ask", reason: "none_free", policy: "1" };
  await say(journal, routing([1, 1], "queued", authority(1, "queued")));
  await journal.append([
    { t: "mark", tenant: TENANT, c: C, user: "v_wei", got: [1, 1] },
    { t: "visitor", tenant: TENANT, id: "v_wei", name: "Wei" },
    { t: "decision", tenant: TENANT, c: C, decision },
  ]);
  await persister().start();
  await passed(store, 3);
  assert.equal((await store.conversation(TENANT, C))?.authority.state, "queued");
  assert.deepEqual(
    (await store.conversations({ tenant: TENANT, limit: 9 })).rows.map(({ c }) => c),
    [C],
  );
  assert.deepEqual(await store.marks(TENANT, C), [{ user: "v_wei", got: [1, 1] }]);
  assert.equal((await store.visitor(TENANT, "v_wei"))?.name, "Wei");
  assert.deepEqual(await store.decisions(TENANT, C, 9), [decision]);
});

test("draining finishes and commits the batch in hand", async (t) => {
  const house = rooms(t);
  const { journal, store, persister } = house;
  const gate = new Gate();
  let begun = 0;
  const first = persister(async (batch) => {
    begun += 1;
    await gate.opened;
    return store.write(batch);
  });
  await say(journal, ...entries(1, 1, 3));
  await first.start();
  await until("a batch in hand", () => begun === 1);
  const drained = first.drain();
  gate.open();
  await drained;
  assert.equal(await store.passed(0), 2);
  assert.deepEqual(await takenUp(house), [3]);
});

test("a persister that is started twice reads the journal once", async (t) => {
  const { journal, store, persister } = rooms(t);
  let batches = 0;
  const once = persister((batch) => {
    batches += 1;
    return store.write(batch);
  });
  await Promise.all([once.start(), once.start()]);
  await once.start();
  await say(journal, entry([1, 1]));
  await passed(store, 0);
  await turns();
  assert.equal(batches, 1);
});
