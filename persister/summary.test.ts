import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Position } from "../proto/position.js";
import { ADA, authority, C, entry, routing, SYSTEM, TENANT, WEI } from "../test/contract/store/script.js";
import type { Entry } from "../timeline/entry.js";
import { grown, rowOf, type Summary } from "./summary.js";

const MAKERS: readonly ((pos: Position) => Entry)[] = [
  (pos) => entry(pos),
  (pos) => entry(pos, { kind: "note", from: ADA }),
  (pos) => entry(pos, { from: SYSTEM, kind: "system", body: { code: "rated", score: (pos[1] % 5) + 1 } }),
  (pos) => entry(pos, { from: SYSTEM, kind: "system", body: { code: "tagged", by: ADA.id, add: ["a", `t${pos[1]}`], remove: ["b"] } }),
  (pos) => entry(pos, { from: SYSTEM, kind: "system", body: { code: "tagged", by: ADA.id, add: ["b"], remove: ["a"] } }),
  (pos) => routing(pos, "queued", authority(pos[1], "queued")),
  (pos) => routing(pos, "assigned", authority(pos[1], "active", { assignee: ADA.id, members: [WEI, ADA] })),
  (pos) => routing(pos, "closed", authority(pos[1], "closed"), { reason: `at ${pos}` }),
  (pos) => routing(pos, "barrier"),
  (pos) => routing(pos, "asserted", authority(pos[1], "active")),
];

const place = fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 6 }));
const written = fc
  .uniqueArray(fc.tuple(place, fc.nat(MAKERS.length - 1)), { selector: ([pos]) => pos.join(), minLength: 1, maxLength: 12 })
  .map((all) => all.map(([pos, kind]) => (MAKERS[kind] as (pos: Position) => Entry)(pos)));

const summed = (entries: readonly Entry[]): unknown =>
  rowOf(TENANT, C, entries.reduce<Summary | undefined>((summary, each) => grown(summary, each), undefined) as Summary);

test("entries leave the same summary in whatever order they come, and however often", () => {
  const twice = written.chain((entries) =>
    fc.tuple(fc.constant(entries), fc.shuffledSubarray([...entries, ...entries], { minLength: entries.length * 2 })),
  );
  fc.assert(fc.property(twice, ([once, shuffled]) => assert.deepEqual(summed(shuffled), summed(once))));
});
