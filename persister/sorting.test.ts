import assert from "node:assert/strict";
import { test } from "node:test";
import { authority, entry, routing, WEI } from "../test/contract/store/script.js";
import { encodeRecord, type JournalRecord } from "../timeline/record.js";
import { sorted } from "./sorting.js";

const good = routing([3, 4], "queued", authority(1, "queued"));
const place = { tenant: good.tenant, c: good.c, pos: good.pos };
const mark = { t: "mark", tenant: "shop", c: "c_1", user: "ada", got: [1, 2], read: [1, 1] };
const visitor = { t: "visitor", tenant: "shop", id: "v_wei", name: "Wei" };
const decision = { t: "decision", tenant: "shop", c: "c_1", decision: { id: "d", at: 17 } };

/** What becomes of one record at offset 5. */
function sort(record: unknown) {
  return sorted({ partition: 2, records: [{ offset: 5, bytes: encodeRecord(record as JournalRecord) }] });
}

function sortBytes(...bytes: readonly number[]) {
  return sorted({ partition: 2, records: [{ offset: 5, bytes: Uint8Array.from(bytes) }] });
}

const reasons = ({ deadLetters }: ReturnType<typeof sort>): string[] => deadLetters.map(({ reason }) => reason);

test("a batch is sorted by what its records are, each with its offset, and passes the last one", () => {
  const records = [{ t: "entry", entry: good }, mark, visitor, decision].map((record, i) => ({
    offset: 10 + i,
    bytes: encodeRecord(record as JournalRecord),
  }));
  const { partition, through, entries, marks, visitors, decisions, deadLetters, unreadable } = sorted({ partition: 2, records });
  assert.deepEqual([partition, through, deadLetters, unreadable], [2, 13, [], []]);
  assert.deepEqual(entries, [{ offset: 10, entry: good }]);
  assert.deepEqual(marks, [{ offset: 11, tenant: "shop", c: "c_1", mark: { user: "ada", got: [1, 2], read: [1, 1] } }]);
  assert.deepEqual(visitors, [{ offset: 12, visitor }]);
  assert.deepEqual(decisions, [{ tenant: "shop", c: "c_1", decision: { id: "d", at: 17 } }]);
});

test("bytes that are no record are put aside as they are", () => {
  const { deadLetters, unreadable } = sortBytes(0xff, 0xfe, 0);
  assert.deepEqual(deadLetters, [{ partition: 2, offset: 5, reason: "not_a_record", bytes: Uint8Array.of(0xff, 0xfe, 0) }]);
  assert.deepEqual(unreadable, []);
});

test("what is JSON and no record is put aside", () => {
  for (const text of ["null", "7", '"entry"', '{"t":"entry"}', '{"t":"entry","entry":null}', "", "{"])
    assert.deepEqual(reasons(sortBytes(...Buffer.from(text))), ["not_a_record"], text);
  for (const text of ["{}", "[]"]) assert.equal(sortBytes(...Buffer.from(text)).deadLetters.length, 1, text);
});

test("a record of a kind that nobody knows is put aside under that name", () => {
  assert.deepEqual(reasons(sort({ t: "poll", tenant: "shop", c: "c_1" })), ["unknown_record"]);
});

const TOO_LONG = "x".repeat(65);
const DAMAGED: Readonly<Record<string, readonly unknown[]>> = {
  ts: [undefined, "17", -1, 1.5],
  from: [undefined, "", 7, TOO_LONG],
  mid: [undefined, "", 7, TOO_LONG, "x".repeat(5_000)],
  kind: [undefined, 7],
  audience: [undefined, "nobody"],
  frame: ["", "{", "null", "[]", entry([3, 5]).frame, entry([3, 4], { c: "c_2" }).frame, '{"ev":"message","c":"c_1","pos":[3,4]}'],
  authority: [
    null,
    {},
    { ...good.authority, members: null },
    { ...good.authority, members: [{ ...WEI, id: TOO_LONG }] },
    { ...good.authority, version: "1" },
  ],
};

for (const [field, values] of Object.entries(DAMAGED))
  test(`an entry whose ${field} is damaged is put aside, and its place is held`, () => {
    for (const value of values) {
      const batch = sort({ t: "entry", entry: { ...good, [field]: value } });
      assert.deepEqual([reasons(batch), batch.entries], [["unreadable_entry"], []], JSON.stringify(value)?.slice(0, 80));
      assert.deepEqual(batch.unreadable, [{ offset: 5, ...place }]);
    }
  });

test("a record nested deeper than a store can encode is put aside", () => {
  const deep = JSON.parse(`${"[".repeat(4_000)}${"]".repeat(4_000)}`) as unknown;
  const { visitors, deadLetters } = sort({ ...visitor, attributes: { deep } });
  assert.deepEqual([visitors, deadLetters.map(({ reason }) => reason)], [[], ["not_a_record"]]);
});

test("an entry whose place is damaged is put aside, and holds none", () => {
  for (const damage of [
    { tenant: "" },
    { c: undefined },
    { c: TOO_LONG },
    { pos: [1] },
    { pos: [1, -1] },
    { pos: null },
    { pos: [2 ** 53, 1] },
  ]) {
    const batch = sort({ t: "entry", entry: { ...good, ...damage } });
    assert.deepEqual([reasons(batch), batch.entries, batch.unreadable], [["unreadable_entry"], [], []], JSON.stringify(damage));
  }
});

test("marks, visitors and decisions with damaged fields are put aside", () => {
  const damaged = [
    ...[
      { ...mark, user: "" },
      { ...mark, got: [1] },
      { ...mark, read: "1-1" },
      { ...mark, c: TOO_LONG },
    ],
    ...[
      { ...visitor, id: undefined },
      { ...visitor, name: 7 },
      { ...visitor, attributes: "gold" },
    ],
    ...[
      { ...decision, decision: undefined },
      { ...decision, decision: { id: "d", at: "17" } },
      { ...decision, decision: { id: TOO_LONG, at: 1 } },
    ],
  ];
  for (const record of damaged) {
    const { marks, visitors, decisions, deadLetters } = sort(record);
    assert.deepEqual([marks, visitors, decisions, deadLetters.length], [[], [], [], 1], JSON.stringify(record));
  }
});
