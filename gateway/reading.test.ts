import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { DeskError } from "../lib/errors.js";
import { OPEN_END } from "../persister/history.js";
import type { Position } from "../proto/position.js";
import { ADA, held, SYSTEM, TENANT, VISITOR } from "../test/contract/broker/chat.js";
import { instead } from "../test/support/instead.js";
import { log } from "../test/support/log.js";
import { begin, C, Timelines, text } from "../test/support/timelines.js";
import type { Timeline } from "../timeline/timeline.js";
import { encodePage, Reading, type ReadingPorts, type ReadPage } from "./reading.js";

const WEI = { tenant: TENANT, user: VISITOR, issued_at: 0, expires_at: 0 };
const OF_ADA = { ...WEI, user: ADA };

function reading(timelines: Timelines, timeline: Timeline, odd: Partial<ReadingPorts> = {}): Reading {
  const readership = { admit: async () => held(1) };
  return new Reading({ timeline, history: timelines.history, readership, limits: { historyMax: 200, historyBytes: 196_608 }, log, ...odd });
}

async function chat(
  t: TestContext,
  entries = 200,
): Promise<{ readonly timelines: Timelines; readonly timeline: Timeline; readonly epoch: number }> {
  const timelines = await Timelines.running(t);
  const timeline = await timelines.timeline(timelines.broker({ entries }));
  await begin(timeline, ADA);
  const life = await timeline.life(C);
  return { timelines, timeline, epoch: life.at === "life" ? life.epoch : 0 };
}

function mids({ messages }: ReadPage): unknown[] {
  return messages.map((text) => JSON.parse(text) as { mid?: string; kind: string }).map(({ mid, kind }) => mid ?? kind);
}

test("what a reader may not see stands in its place as hidden, live and stored alike", async (t) => {
  const { timelines, timeline, epoch } = await chat(t, 2);
  for (const mid of ["n1", "m1", "n2", "m2"]) await timeline.post(text(mid, mid.startsWith("n") ? { from: ADA, kind: "note" } : {}));
  await timelines.isStored();
  const at = reading(timelines, timeline);
  const page = await at.page(WEI, { c: C, after: [epoch, 2] });
  assert.deepEqual(mids(page), ["hidden", "m1", "hidden", "m2"]);
  assert.deepEqual(JSON.parse(page.messages[0] as string), { pos: [epoch, 3], kind: "hidden" });
  assert.deepEqual(mids(await at.page(OF_ADA, { c: C, after: [epoch, 2] })), ["n1", "m1", "n2", "m2"]);
});

test("a wish for more than a page may hold is cut to that, no wish is for fifty", async (t) => {
  const { timelines, timeline } = await chat(t);
  const at = reading(timelines, timeline, { limits: { historyMax: 60, historyBytes: 196_608 } });
  assert.deepEqual([at.limit(undefined), at.limit(10), at.limit(200)], [50, 10, 60]);
});

test("a page ends at its bytes, in UTF-8 as they are sent, and says that there are more", async (t) => {
  const { timelines, timeline, epoch } = await chat(t);
  for (let i = 0; i < 20; i++) await timeline.post(text(`m${i}`, { text: "林".repeat(100) }));
  const at = reading(timelines, timeline, { limits: { historyMax: 200, historyBytes: 2_048 } });
  const page = await at.page(WEI, { c: C, after: [epoch, 2] });
  const bytes = page.messages.reduce((sum, each) => sum + Buffer.byteLength(each), 0);
  assert.ok(bytes <= 2_048 && bytes > 1_024, `${bytes} bytes`);
  assert.equal(page.more, true);
});

test("a history that does not answer leaves the live part, and names what is missing before it", async (t) => {
  const { timelines, timeline, epoch } = await chat(t, 3);
  for (const mid of ["m1", "m2", "m3"]) await timeline.post(text(mid));
  const history = instead(timelines.history as ReadingPorts["history"], { page: () => Promise.reject(new DeskError("unavailable")) });
  const at = reading(timelines, timeline, { history });
  const backward = await at.page(WEI, { c: C });
  assert.deepEqual(
    [mids(backward), backward.more, backward.incomplete],
    [
      ["m1", "m2", "m3"],
      true,
      [
        [
          [0, 0],
          [epoch, 2],
        ],
      ],
    ],
  );
  const forward = await at.page(WEI, { c: C, after: [epoch, 1] });
  assert.deepEqual(
    [mids(forward), forward.incomplete],
    [
      ["m1", "m2", "m3"],
      [
        [
          [epoch, 1],
          [epoch, 2],
        ],
      ],
    ],
  );
});

test("a fault of history is not taken for its absence", async (t) => {
  const { timelines, timeline } = await chat(t, 3);
  for (const mid of ["m1", "m2", "m3"]) await timeline.post(text(mid));
  const history = instead(timelines.history as ReadingPorts["history"], { page: () => Promise.reject(new TypeError("a bug")) });
  await assert.rejects(reading(timelines, timeline, { history }).page(WEI, { c: C }), TypeError);
});

test("what is durable and not stored yet is named, while a life has only its barrier and when it has none", async (t) => {
  const { timelines, timeline, epoch } = await chat(t);
  await timeline.post(text("m1"));
  await timelines.isStored();
  await timelines.stopPersisting();
  await timeline.post(text("m2"));
  const next = await timelines.timeline(timelines.broker(), { node: "n2" });
  const at = reading(timelines, next);
  const m1: Position = [epoch, 3];
  const cold = [await at.page(WEI, { c: C, after: [epoch, 2] }), await at.page(WEI, { c: C, limit: 1 })];
  await next.begin({
    ...text("barrier", { from: SYSTEM, kind: "routing", body: { event: "barrier", reason: "restart", state: "active" } }),
    begins: "barrier",
  });
  const barred = [await at.page(WEI, { c: C, after: [epoch, 2] }), await at.page(WEI, { c: C, limit: 1 })];
  for (const page of [...cold, ...barred]) assert.deepEqual([mids(page), page.incomplete], [["m1"], [[m1, OPEN_END]]]);
});

test("an encoded page is one JSON object, and says what is incomplete only when something is", () => {
  assert.equal(encodePage({ messages: ['{"a":1}', '{"b":2}'], more: true, incomplete: [] }), '{"messages":[{"a":1},{"b":2}],"more":true}');
  assert.equal(
    encodePage({
      messages: [],
      more: false,
      incomplete: [
        [
          [0, 0],
          [1, 2],
        ],
      ],
    }),
    '{"messages":[],"more":false,"incomplete":[[[0,0],[1,2]]]}',
  );
});
