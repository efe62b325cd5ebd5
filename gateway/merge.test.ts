import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { HistoryPage } from "../persister/history.js";
import { holes } from "../persister/holes.js";
import { BEGINNING, compare, formatPosition, type Position } from "../proto/position.js";
import type { Page, WindowRange } from "../timeline/broker.js";
import type { Entry } from "../timeline/entry.js";
import { type AskStored, aboveHoles, cut, type Live, type Merged, mergeBackward, mergeForward, type Range } from "./merge.js";

/** A conversation: how long each life is, where the window of the last one starts, and which of its entries history lacks. */
interface Said {
  readonly lives: readonly number[];
  readonly first: number;
  readonly unstored: readonly number[];
  /** Rows that one answer of history holds at most, whatever is asked. */
  readonly historyRows: number;
}

const EPOCH = 100;

const said: fc.Arbitrary<Said> = fc
  .record({
    lives: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 3 }),
    start: fc.integer({ min: 1, max: 9 }),
    unstored: fc.uniqueArray(fc.integer({ min: 1, max: 9 })),
    historyRows: fc.integer({ min: 1, max: 30 }),
  })
  .map(({ lives, start, unstored, historyRows }) => ({ lives, first: Math.min(start, lives.at(-1) ?? 1), unstored, historyRows }));

const limits = fc.integer({ min: 1, max: 12 });

function all({ lives }: Said): Position[] {
  return lives.flatMap((length, life) => Array.from({ length }, (_, i): Position => [EPOCH + life, i + 1]));
}

function epochOf({ lives }: Said): number {
  return EPOCH + lives.length - 1;
}

function windowed(chat: Said): Position[] {
  return all(chat).filter(([epoch, n]) => epoch === epochOf(chat) && n >= chat.first);
}

function stored(chat: Said): Position[] {
  return all(chat).filter(([epoch, n]) => epoch < epochOf(chat) || !chat.unstored.includes(n));
}

/** What can be read at all, now. */
function readable(chat: Said): string[] {
  const held = new Set([...windowed(chat), ...stored(chat)].map(formatPosition));
  return all(chat)
    .map(formatPosition)
    .filter((pos) => held.has(pos));
}

function entry(pos: Position): Entry {
  const about = { tenant: "shop", c: "c_1", ts: 1, from: "v_1", mid: formatPosition(pos), kind: "text", audience: "all" as const };
  return { ...about, pos, frame: formatPosition(pos) };
}

/** The window's answer, as {@link Broker.window} promises it. */
function live(chat: Said, { before, after, limit }: WindowRange): Live {
  const epoch = epochOf(chat);
  const head: Position = [epoch, chat.lives.at(-1) ?? 0];
  const newborn = chat.lives.length === 1;
  const whole = newborn && chat.first === 1;
  const held = windowed(chat).filter((pos) => (!before || compare(pos, before) < 0) && (!after || compare(pos, after) > 0));
  const found = after ? held.slice(0, limit) : held.slice(-limit);
  const reaches = after ? (after[0] === epoch ? after[1] >= chat.first - 1 : whole) : whole || held.length > limit;
  const page: Page = { entries: found.map(entry), more: held.length > limit, gap: !reaches };
  return { tenant: "shop", epoch, head, first: [epoch, chat.first], base: head, newborn, authority: undefined, page };
}

function history(chat: Said): AskStored {
  return async ({ before, after }, limit): Promise<HistoryPage> => {
    const held = stored(chat).filter((pos) => (!before || compare(pos, before) < 0) && (!after || compare(pos, after) > 0));
    const count = Math.min(limit, chat.historyRows);
    const found = after ? held.slice(0, count) : held.slice(-count);
    const rows = found.map((pos) => ({ pos, entry: entry(pos) }));
    const latest = Math.max(0, ...stored(chat).flatMap(([epoch, n]) => (n === 1 ? [epoch] : [])));
    const more = held.length > count;
    return { rows, more, incomplete: holes(rows, { before, after, latest, bottom: !more }) };
  };
}

function backward(chat: Said, before: Position | undefined, limit: number): Promise<Merged> {
  return mergeBackward(live(chat, { limit, ...(before && { before }) }), before, limit, history(chat));
}

function forward(chat: Said, after: Position, limit: number): Promise<Merged> {
  return mergeForward(live(chat, { after, limit }), after, limit, history(chat));
}

function places({ rows }: Pick<Merged, "rows">): string[] {
  return rows.map(({ pos }) => formatPosition(pos));
}

function isWithin(pos: Position, ranges: readonly Range[]): boolean {
  return ranges.some(([from, to]) => compare(from, pos) < 0 && compare(pos, to) <= 0);
}

/**
 * What the page should have had and neither has nor says that it lacks it; what it has although it says it lacks it; and what it says
 * of other pages. */
function lies(
  chat: Said,
  page: Merged,
  from: Position,
  to: Position,
): { readonly silent: string[]; readonly contradicted: string[]; readonly beyond: readonly Range[] } {
  const has = new Set(places(page));
  const span = all(chat).filter((pos) => compare(from, pos) < 0 && compare(pos, to) < 0);
  const lacks = span.filter((pos) => !has.has(formatPosition(pos)));
  return {
    silent: lacks.filter((pos) => !isWithin(pos, page.incomplete)).map(formatPosition),
    beyond: page.incomplete.filter(([above, upto]) => compare(upto, from) < 0 || compare(above, to) >= 0),
    contradicted: page.rows.filter(({ pos }) => isWithin(pos, page.incomplete)).map(({ pos }) => formatPosition(pos)),
  };
}

const HONEST = { silent: [], contradicted: [], beyond: [] };
const END: Position = [Number.MAX_SAFE_INTEGER, 0];

test("a page backward holds the rows right below its bound, in order, and says what is missing between them", async () => {
  await fc.assert(
    fc.asyncProperty(said, limits, fc.nat(), async (chat, limit, at) => {
      const before = [...all(chat), undefined][at % (all(chat).length + 1)];
      const page = await backward(chat, before, limit);
      const low = page.more ? (page.rows[0]?.pos ?? END) : BEGINNING;
      assert.ok(page.rows.length <= limit);
      assert.deepEqual(
        places(page),
        readable(chat).filter((pos) => places(page).includes(pos)),
      );
      assert.deepEqual(lies(chat, page, low, before ?? END), HONEST);
    }),
    { numRuns: 2_000 },
  );
});

test("a page forward holds the rows right above its bound, in order, and says what is missing between them", async () => {
  await fc.assert(
    fc.asyncProperty(said, limits, fc.nat(), async (chat, limit, at) => {
      const after = [...all(chat), BEGINNING][at % (all(chat).length + 1)] as Position;
      const page = await forward(chat, after, limit);
      const high = page.more ? (page.rows.at(-1)?.pos ?? BEGINNING) : END;
      assert.ok(page.rows.length <= limit);
      assert.deepEqual(
        places(page),
        readable(chat).filter((pos) => places(page).includes(pos)),
      );
      assert.deepEqual(lies(chat, page, after, high), HONEST);
    }),
    { numRuns: 2_000 },
  );
});

test("walking backward over pages gives all that can be read, once", async () => {
  await fc.assert(
    fc.asyncProperty(said, limits, async (chat, limit) => {
      const walked: string[] = [];
      let before: Position | undefined;
      for (let more = true; more; ) {
        const page = await backward(chat, before, limit);
        walked.unshift(...places(page));
        before = page.rows[0]?.pos;
        more = page.more;
        assert.ok(before || !more, "a page without rows leads nowhere");
      }
      assert.deepEqual(walked, readable(chat));
    }),
    { numRuns: 1_000 },
  );
});

test("walking forward over pages gives all that can be read, once", async () => {
  await fc.assert(
    fc.asyncProperty(said, limits, async (chat, limit) => {
      const walked: string[] = [];
      let after = BEGINNING;
      for (let more = true; more; ) {
        const page = await forward(chat, after, limit);
        walked.push(...places(page));
        assert.ok(page.rows.length > 0 || !page.more, "a page without rows leads nowhere");
        after = page.rows.at(-1)?.pos ?? after;
        more = page.more;
      }
      assert.deepEqual(walked, readable(chat));
    }),
    { numRuns: 1_000 },
  );
});

test("a page over its bytes keeps the rows next to its bound, and says of the others only that there are more", async () => {
  await fc.assert(
    fc.asyncProperty(said, limits, fc.integer({ min: 1, max: 60 }), async (chat, limit, bytes_max) => {
      const bytesOf = ({ pos }: { pos: Position }): number => formatPosition(pos).length;
      const newest = await backward(chat, undefined, limit);
      const back = cut(newest, "backward", bytesOf, bytes_max);
      assert.deepEqual(places(back), places(newest).slice(-back.rows.length));
      assert.equal(back.more, newest.more || back.rows.length < newest.rows.length);
      assert.deepEqual(lies(chat, back, back.more ? (back.rows[0]?.pos ?? END) : BEGINNING, END), HONEST);
      const oldest = await forward(chat, BEGINNING, limit);
      const ahead = cut(oldest, "forward", bytesOf, bytes_max);
      assert.deepEqual(places(ahead), places(oldest).slice(0, ahead.rows.length));
      assert.equal(ahead.more, oldest.more || ahead.rows.length < oldest.rows.length);
      assert.deepEqual(lies(chat, ahead, BEGINNING, ahead.more ? (ahead.rows.at(-1)?.pos ?? BEGINNING) : END), HONEST);
    }),
    { numRuns: 1_000 },
  );
});

test("one row stays on a page, however large it is", async () => {
  const page: Merged = { rows: [{ pos: [1, 1] }, { pos: [1, 2] }], more: false, incomplete: [] };
  assert.deepEqual(places(cut(page, "forward", () => 1_000, 10)), ["1-1"]);
  assert.deepEqual(places(cut(page, "backward", () => 1_000, 10)), ["1-2"]);
});

test("above a hole stand only the rows behind it, and there are more", () => {
  const rows = [1, 2, 5, 6].map((n) => ({ pos: [1, n] as const }));
  const page = {
    rows,
    more: false,
    incomplete: [
      [
        [1, 2],
        [1, 4],
      ],
    ] as const,
  };
  assert.deepEqual(aboveHoles(page), { ...page, rows: rows.slice(2), more: true });
  assert.deepEqual(aboveHoles({ ...page, incomplete: [] }), { ...page, incomplete: [] });
  const newerIsOpen = {
    ...page,
    incomplete: [
      [
        [1, 6],
        [9, 9],
      ],
    ] as const,
  };
  assert.deepEqual(aboveHoles(newerIsOpen), newerIsOpen);
});
