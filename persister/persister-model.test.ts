import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import fc from "fast-check";
import { systemClock } from "../lib/clock.js";
import { compare, type Position } from "../proto/position.js";
import { ADA, authority, entry, routing, SYSTEM, TENANT, WEI } from "../test/contract/store/script.js";
import { emptyStore } from "../test/support/stores.js";
import type { RawRecord } from "../timeline/journal.js";
import { encodeRecord, type JournalRecord } from "../timeline/record.js";
import type { HistoryPage, PageQuery } from "./history.js";
import { sorted } from "./sorting.js";
import type { Store } from "./store.js";
import { StoredHistory } from "./stored-history.js";

const CONVERSATIONS = ["a", "b"] as const;
const RUNS = { numRuns: 60 };

const small = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });
const place: fc.Arbitrary<Position> = fc.tuple(small(1, 3), small(1, 6));
const said = fc.record({ c: fc.constantFrom(...CONVERSATIONS), pos: place });

/** Whatever a journal may hold: entries in any order, twice, of two contents, damaged; marks, visitors, decisions; and what is no record. */
const record: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 12, arbitrary: said.map(({ c, pos }) => ({ t: "entry", entry: entry(pos, { c }) })) },
  {
    weight: 3,
    arbitrary: said.map(({ c, pos }) => ({
      t: "entry",
      entry: routing(pos, "assigned", authority(pos[1], "active", { members: [WEI, ADA] }), { c }),
    })),
  },
  {
    weight: 1,
    arbitrary: said.map(({ c, pos }) => ({
      t: "entry",
      entry: entry(pos, { c, from: SYSTEM, kind: "system", body: { code: "rated", score: 4 } }),
    })),
  },
  { weight: 3, arbitrary: said.map(({ c, pos }) => ({ t: "entry", entry: { ...entry(pos, { c }), frame: "{" } })) },
  { weight: 2, arbitrary: said.map(({ c, pos }) => ({ t: "mark", tenant: TENANT, c, user: "ada", got: pos })) },
  { weight: 1, arbitrary: small(1, 9).map((n) => ({ t: "visitor", tenant: TENANT, id: "v", url: `https://a.example/${n}` })) },
  { weight: 1, arbitrary: small(1, 9).map((at) => ({ t: "decision", tenant: TENANT, c: "a", decision: { id: `d${at}`, at } })) },
  { weight: 1, arbitrary: fc.constant("no record") },
);
const journal = fc
  .array(record, { minLength: 1, maxLength: 40 })
  .map((records) => records.map((each, offset): RawRecord => ({ offset, bytes: encodeRecord(each as JournalRecord) })));

/** Sizes of batches, and how many records each restart goes back: a batch may be written and not committed. */
const deliveries = fc.array(fc.record({ size: small(1, 12), back: fc.constantFrom(0, 0, 0, 1, 3, 40) }), { minLength: 1, maxLength: 12 });

async function deliver(
  store: Store,
  records: readonly RawRecord[],
  plan: readonly { readonly size: number; readonly back: number }[],
): Promise<void> {
  let from = 0;
  for (const { size, back } of [...plan, { size: records.length, back: 0 }]) {
    await write(store, records.slice(from, from + size));
    from = Math.max(0, Math.min(from + size, records.length) - back);
  }
  await write(store, records.slice(from));
}

async function write(store: Store, records: readonly RawRecord[]): Promise<void> {
  if (records.length > 0) await store.write(sorted({ partition: 0, records }));
}

/** All there is in a store. */
async function dump(store: Store): Promise<unknown> {
  const perConversation = CONVERSATIONS.map(async (c) => ({
    rows: await store.rows({ tenant: TENANT, c, limit: 1_000 }),
    row: await store.conversation(TENANT, c),
    epoch: await store.latestEpoch(TENANT, c),
    marks: await store.marks(TENANT, c),
    decisions: await store.decisions(TENANT, c, 100),
    found: (await store.find(TENANT, c, WEI.id, "m1-1"))?.pos,
  }));
  return {
    conversations: await Promise.all(perConversation),
    listed: await store.conversations({ tenant: TENANT, limit: 100 }),
    hers: await store.conversations({ tenant: TENANT, member: ADA.id, limit: 100 }),
    visitor: await store.visitor(TENANT, "v"),
    dead: (await store.deadLetters(1_000)).map(({ offset, reason, bytes }) => `${offset} ${reason} ${bytes.length}`),
    passed: await store.passed(0),
  };
}

const historyOf = (store: Store): StoredHistory => new StoredHistory({ store, partitions: 1, clock: systemClock, patience_ms: 0 });
const positions = (store: Store, c: string): Promise<Position[]> =>
  store.rows({ tenant: TENANT, c, limit: 1_000 }).then((rows) => rows.map(({ pos }) => pos));

test("the same journal leaves the same store, however it is cut into batches and however often they come again", async (t: TestContext) => {
  await fc.assert(
    fc.asyncProperty(journal, deliveries, async (records, plan) => {
      const [plain, cut] = [emptyStore(t), emptyStore(t)];
      for (const each of records) await write(plain, [each]);
      await deliver(cut, records, plan);
      assert.deepEqual(await dump(cut), await dump(plain));
      await Promise.all([plain.close(), cut.close()]);
    }),
    RUNS,
  );
});

/** What a page vouches for: nothing outside its rows lies between these, but for what it calls incomplete. */
function span({ before, after, upto }: PageQuery, { rows, more }: HistoryPage): readonly [above: Position, below: Position] {
  const END: Position = [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER];
  const [first, last] = [rows[0]?.pos, rows.at(-1)?.pos];
  const open = upto === undefined ? (after ?? [0, 0]) : END;
  if (after) return [after, more || upto === undefined ? (last ?? open) : END];
  return [more && first ? first : [0, 0], before ?? (upto === undefined ? (last ?? open) : END)];
}

function vouched(pos: Position, query: PageQuery, page: HistoryPage): boolean {
  const [above, below] = span(query, page);
  const declared = page.incomplete.some(([from, to]) => compare(pos, from) > 0 && compare(pos, to) <= 0);
  return compare(pos, above) > 0 && compare(pos, below) < 0 && !declared;
}

const question = fc.record(
  {
    c: fc.constantFrom(...CONVERSATIONS),
    limit: small(1, 8),
    bound: fc.option(fc.record({ at: place, up: fc.boolean() }), { nil: undefined }),
    upto: fc.option(fc.nat(1_000), { nil: undefined }),
  },
  { requiredKeys: ["c", "limit"] },
);

test("whatever is stored later was in the page, was called incomplete, or came to the journal after the page was asked for", async (t) => {
  await fc.assert(
    fc.asyncProperty(journal, fc.nat(1_000), fc.array(question, { minLength: 3, maxLength: 8 }), async (records, some, questions) => {
      const store = emptyStore(t);
      const stored = some % (records.length + 1);
      await write(store, records.slice(0, stored));
      const asked = questions.map(({ c, limit, bound, upto }): PageQuery => {
        const range = bound && (bound.up ? { after: bound.at } : { before: bound.at });
        return { tenant: TENANT, c, limit, ...range, ...(upto !== undefined && { upto: upto % (records.length + 1) }) };
      });
      const pages = await Promise.all(asked.map((query) => historyOf(store).page(query)));
      for (const [i, query] of asked.entries()) {
        const later = query.upto === undefined ? records.length : Math.max(query.upto, stored);
        const after = emptyStore(t);
        await write(after, records.slice(0, later));
        const page = pages[i] as HistoryPage;
        const shown = new Set(page.rows.map(({ pos }) => pos.join()));
        const hidden = (await positions(after, query.c)).filter((pos) => !shown.has(pos.join()) && vouched(pos, query, page));
        assert.deepEqual(hidden, [], JSON.stringify({ query, page: { ...page, rows: page.rows.map(({ pos }) => pos) } }));
        await after.close();
      }
      await store.close();
    }),
    RUNS,
  );
});

/** All positions, page by page in one direction. */
async function walked(store: Store, c: string, limit: number, direction: "before" | "after"): Promise<Position[]> {
  const history = historyOf(store);
  const found: Position[][] = [];
  let bound: Position = direction === "after" ? [0, 0] : [99, 1];
  for (let more = true; more; ) {
    const page = await history.page({ tenant: TENANT, c, limit, [direction]: bound });
    found.push(page.rows.map(({ pos }) => pos));
    bound = (direction === "after" ? page.rows.at(-1)?.pos : page.rows[0]?.pos) ?? bound;
    more = page.more;
  }
  return (direction === "after" ? found : found.reverse()).flat();
}

test("forwards and backwards, in pages of any size, a reader meets the same rows in the same order, each once", async (t) => {
  await fc.assert(
    fc.asyncProperty(journal, small(1, 5), async (records, limit) => {
      const store = emptyStore(t);
      await write(store, records);
      for (const c of CONVERSATIONS) {
        const all = await positions(store, c);
        assert.deepEqual(await walked(store, c, limit, "after"), all);
        assert.deepEqual(await walked(store, c, limit, "before"), all);
      }
      await store.close();
    }),
    RUNS,
  );
});
