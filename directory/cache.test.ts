import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { FakeClock } from "../lib/clock-fake.js";
import { DeskError } from "../lib/errors.js";
import { SHOP, TOPIC } from "../test/contract/directory/suite.js";
import { openDirectory } from "../test/support/directories.js";
import { instead } from "../test/support/instead.js";
import { log } from "../test/support/log.js";
import { refusal } from "../test/support/refusal.js";
import { DirectoryCache } from "./cache.js";
import type { LmdbDirectory } from "./directory-lmdb.js";

interface Staged {
  readonly cache: DirectoryCache;
  readonly rows: LmdbDirectory;
  readonly clock: FakeClock;
  /** Reads of single rows and lists that reached the directory. */
  readonly reads: string[];
  /** Takes the directory away, or gives it back. */
  down(is: boolean): void;
}

/** What is promised of a change. */
const SEEN_MS = 5_000;

async function staged(t: TestContext): Promise<Staged> {
  const [rows, clock, reads] = [openDirectory(t), new FakeClock(), [] as string[]];
  let gone = false;
  const reached = <T>(what: string, read: () => Promise<T>): Promise<T> => {
    reads.push(what);
    return gone ? Promise.reject(new DeskError("unavailable")) : read();
  };
  const directory = instead(rows, {
    get: (kind, tenant, id) => reached(`${kind} ${id}`, () => rows.get(kind, tenant, id)),
    list: (kind, tenant) => reached(`${kind}s`, () => rows.list(kind, tenant)),
    revision: () => (gone ? Promise.reject(new DeskError("unavailable")) : rows.revision()),
  });
  await rows.put("tenant", "", "shop", SHOP, 0);
  await rows.put("topic", "shop", "sales", TOPIC, 0);
  const cache = new DirectoryCache({ directory, clock, log });
  const down = (is: boolean): void => {
    gone = is;
  };
  await cache.start();
  t.after(() => cache.stop());
  return { cache, rows, clock, reads, down };
}

test("a row is read once and then served from memory, and so is its absence", async (t) => {
  const { cache, reads } = await staged(t);
  for (let i = 0; i < 3; i++) {
    assert.deepEqual(await cache.get("tenant", "", "shop"), SHOP);
    assert.equal(await cache.get("account", "shop", "ada"), undefined);
    assert.deepEqual(
      (await cache.list("topic", "shop")).map(({ id }) => id),
      ["sales"],
    );
  }
  assert.deepEqual(reads, ["tenant shop", "account ada", "topics"]);
});

test("a change anywhere is seen within 5 s: a row, a list, and what was not there", async (t) => {
  const { cache, rows, clock } = await staged(t);
  await cache.get("tenant", "", "shop");
  await cache.get("topic", "shop", "billing");
  await cache.list("topic", "shop");
  await rows.put("tenant", "", "shop", { ...SHOP, name: "New" }, 1);
  await rows.put("topic", "shop", "billing", TOPIC, 0);
  await clock.advance(SEEN_MS);
  assert.equal((await cache.get("tenant", "", "shop"))?.name, "New");
  assert.deepEqual(await cache.get("topic", "shop", "billing"), TOPIC);
  assert.deepEqual(
    (await cache.list("topic", "shop")).map(({ id }) => id),
    ["billing", "sales"],
  );
});

test("without a change nothing is read again, however long it runs", async (t) => {
  const { cache, clock, reads } = await staged(t);
  await cache.get("tenant", "", "shop");
  await clock.advance(60_000);
  await cache.get("tenant", "", "shop");
  assert.deepEqual(reads, ["tenant shop"]);
});

test("listeners hear of a change within 5 s, and of nothing else", async (t) => {
  const { cache, rows, clock } = await staged(t);
  let heard = 0;
  cache.onChange(() => heard++);
  await clock.advance(60_000);
  assert.equal(heard, 0);
  await rows.put("tenant", "", "shop", SHOP, 1);
  await clock.advance(SEEN_MS);
  assert.equal(heard, 1);
});

test("while the directory does not answer, what was read before is served and what was not is unavailable", async (t) => {
  const { cache, clock, down } = await staged(t);
  await cache.get("tenant", "", "shop");
  down(true);
  await clock.advance(60_000);
  assert.deepEqual(await cache.get("tenant", "", "shop"), SHOP);
  await assert.rejects(cache.get("topic", "shop", "sales"), refusal("unavailable"));
});

test("a row that changed before the directory was lost is served as it was read last", async (t) => {
  const { cache, rows, clock, down } = await staged(t);
  await cache.get("tenant", "", "shop");
  await rows.put("topic", "shop", "sales", TOPIC, 1);
  await clock.advance(SEEN_MS);
  down(true);
  assert.deepEqual(await cache.get("tenant", "", "shop"), SHOP);
  assert.deepEqual(await cache.get("tenant", "", "shop"), SHOP);
});

test("a directory known to be lost is not asked for what can be served", async (t) => {
  const { cache, rows, clock, reads, down } = await staged(t);
  await cache.get("tenant", "", "shop");
  await rows.put("topic", "shop", "sales", TOPIC, 1);
  await clock.advance(SEEN_MS);
  down(true);
  await clock.advance(SEEN_MS);
  reads.length = 0;
  assert.deepEqual(await cache.get("tenant", "", "shop"), SHOP);
  assert.deepEqual(reads, []);
});

test("when the directory is back, changes are seen within 5 s, and what was unavailable is there", async (t) => {
  const { cache, rows, clock, down } = await staged(t);
  await cache.get("tenant", "", "shop");
  down(true);
  await assert.rejects(cache.get("topic", "shop", "sales"));
  await rows.put("tenant", "", "shop", { ...SHOP, name: "New" }, 1);
  await clock.advance(30_000);
  down(false);
  await clock.advance(SEEN_MS);
  assert.equal((await cache.get("tenant", "", "shop"))?.name, "New");
  assert.deepEqual(await cache.get("topic", "shop", "sales"), TOPIC);
});

test("a read that failed is tried again at the next question", async (t) => {
  const { cache, down } = await staged(t);
  down(true);
  await assert.rejects(cache.get("tenant", "", "shop"), refusal("unavailable"));
  down(false);
  assert.deepEqual(await cache.get("tenant", "", "shop"), SHOP);
});

test("a row that could not be read again is asked for anew, not taken for fresh", async (t) => {
  const { cache, rows, clock, down } = await staged(t);
  await cache.get("tenant", "", "shop");
  await rows.put("tenant", "", "shop", { ...SHOP, name: "New" }, 1);
  await clock.advance(SEEN_MS);
  down(true);
  assert.equal((await cache.get("tenant", "", "shop"))?.name, SHOP.name);
  down(false);
  assert.equal((await cache.get("tenant", "", "shop"))?.name, "New");
});

test("rows whose names run together are told apart", async (t) => {
  const { cache, rows } = await staged(t);
  await rows.put("revocation", "a b", "c", { not_before: 1 }, 0);
  await rows.put("revocation", "a", "b c", { not_before: 2 }, 0);
  assert.equal((await cache.get("revocation", "a b", "c"))?.not_before, 1);
  assert.equal((await cache.get("revocation", "a", "b c"))?.not_before, 2);
  assert.deepEqual(
    (await cache.list("revocation", "a b")).map(({ id }) => id),
    ["c"],
  );
  assert.deepEqual(await cache.list("revocation", "a b c"), []);
});

test("a revocation stands at once, here and in the directory, and the next one replaces it", async (t) => {
  const { cache, rows } = await staged(t);
  assert.equal(await cache.get("revocation", "shop", "ada"), undefined);
  await cache.revoke("shop", "ada", 17);
  assert.deepEqual(await cache.get("revocation", "shop", "ada"), { not_before: 17 });
  await cache.revoke("shop", "ada", 18);
  assert.deepEqual(await cache.get("revocation", "shop", "ada"), { not_before: 18 });
  assert.equal((await rows.get("revocation", "shop", "ada"))?.version, 2);
});

test("revocations at the same time are all taken", async (t) => {
  const { cache, rows } = await staged(t);
  await Promise.all([17, 18, 19].map((not_before) => cache.revoke("shop", "ada", not_before)));
  assert.equal((await rows.get("revocation", "shop", "ada"))?.version, 3);
});

test("a revocation that cannot be written is unavailable, and is not taken for done", async (t) => {
  const { cache, rows } = await staged(t);
  await rows.close();
  await assert.rejects(cache.revoke("shop", "ada", 17), refusal("unavailable"));
});

test("a stopped cache leaves no timer", async (t) => {
  const { cache, clock } = await staged(t);
  await cache.start();
  assert.equal(clock.timers, 1);
  await cache.stop();
  assert.equal(clock.timers, 0);
});
