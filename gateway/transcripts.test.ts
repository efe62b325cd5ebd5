import assert from "node:assert/strict";
import { test } from "node:test";
import { readMessage } from "../proto/frames.js";
import { compare, type Position } from "../proto/position.js";
import { ADA, entry, WEI } from "../test/contract/store/script.js";
import type { PageAsked, ReadPage } from "./reading.js";
import { transcriptText } from "./transcript-text.js";
import { readTranscript } from "./transcripts.js";

const SESSION = { tenant: "shop", user: WEI, issued_at: 0, expires_at: 1 };
const C = "c_1";
const ALL = Array.from({ length: 10 }, (_, i) => entry([1, i + 1], { body: { text: "x".repeat(100) } }).frame);
const BYTES = Buffer.byteLength(ALL[0] as string);

/** Pages of `limit` over these messages; `missing` stands on the last. */
function reading(messages: readonly string[], missing: ReadPage["incomplete"] = []) {
  const asked: PageAsked[] = [];
  const page = async (_session: unknown, ask: PageAsked): Promise<ReadPage> => {
    asked.push(ask);
    const { after = [0, 0], limit = 1 } = ask;
    const rest = messages.filter((each) => compare(readMessage(each).pos, after) > 0);
    const more = rest.length > limit;
    return { messages: rest.slice(0, limit), more, incomplete: more ? [] : missing };
  };
  return { page, asked };
}

const read = (from: ReturnType<typeof reading>, bytes_max: number, after?: Position) =>
  readTranscript(from, SESSION, { c: C, ...(after && { after }) }, { bytes_max, page: 3 });

test("a transcript that fits is whole, page after page", async () => {
  const pages = reading(ALL);
  assert.deepEqual(await read(pages, 1_000_000), { messages: ALL, incomplete: [] });
  assert.deepEqual(
    pages.asked.map(({ after }) => after),
    [
      [0, 0],
      [1, 3],
      [1, 6],
      [1, 9],
    ],
  );
});

test("one that does not fit ends before its limit, says where to go on, and the next ones give the rest once", async () => {
  for (const fits of [1, 3, 4, 9]) {
    const parts: string[] = [];
    let next: Position | undefined = [0, 0];
    for (let i = 0; next && i < 20; i++) {
      const part: Awaited<ReturnType<typeof read>> = await read(reading(ALL), fits * BYTES + 10, next);
      assert.ok(part.messages.length <= fits);
      parts.push(...part.messages);
      next = part.next;
    }
    assert.deepEqual([parts, next], [ALL, undefined], `${fits} at a time`);
  }
});

test("a limit below one message still gives one, so that it always goes on", async () => {
  assert.deepEqual(await read(reading(ALL), 1), { messages: [ALL[0]], incomplete: [], next: [1, 1] });
});

test("what cannot be read yet is named, and not of what is left for the next transcript", async () => {
  const missing = [
    [
      [1, 4],
      [1, 5],
    ],
    [
      [1, 10],
      [1, 12],
    ],
  ] as const;
  assert.deepEqual((await read(reading(ALL, missing), 1_000_000)).incomplete, missing);
  const short = await readTranscript(reading(ALL, missing), SESSION, { c: C }, { bytes_max: BYTES * 6, page: 50 });
  assert.deepEqual([short.next, short.incomplete], [[1, 6], missing.slice(0, 1)]);
});

test("a conversation without a message is an empty transcript", async () => {
  assert.deepEqual(await read(reading([]), 10), { messages: [], incomplete: [] });
});

test("a text says that it is not whole, what was rated, and no name or reason breaks its lines", () => {
  const named = { ...ADA, name: "Ada\nLovelace {name} $&" };
  const routing = (n: number, body: object) =>
    entry([1, n], { from: named, kind: "routing", body: { version: n, reason: "a\nb", ...body } }).frame;
  const messages = [
    routing(1, { event: "assigned", assignee: ADA.id }),
    entry([1, 2], { kind: "system", from: ADA, body: { code: "rated", score: 4, comment: "fine\nreally" } }).frame,
    entry([1, 3], { from: named, kind: "card", body: { title: "Tea", text: "Two", actions: [{ label: "Yes" }] } }).frame,
    routing(4, { event: "closed" }),
    routing(5, { event: "reopened" }),
    '{"pos":[1,6],"kind":"hidden"}',
  ];
  const text = transcriptText(
    {
      messages,
      next: [1, 6],
      incomplete: [
        [
          [1, 2],
          [1, 3],
        ],
      ],
    },
    { c: C, language: "en", members: [WEI, named], goesOn: false },
  );
  const said = text.split("\n").map((line) => line.replace(/^\S+Z {2}/, ""));
  assert.deepEqual(said, [
    ...["Conversation c_1", "", "* Ada Lovelace {name} $& joined", "* Rated 4 of 5: fine", "    really"],
    ...["Ada Lovelace {name} $&: Tea", "    Two", "    [Yes]", "* Ada Lovelace {name} $& left", "* The conversation was closed (a b)"],
    ...["* The conversation was opened again", ""],
    ...["Some of this conversation cannot be read yet. Ask again later.", "This is not all: it goes on after 1-6.", ""],
  ]);
});

test("a text that goes on from another does not say that somebody joined who was there", () => {
  const held = entry([1, 9], { kind: "routing", body: { event: "held", reason: "r", state: "hold", assignee: ADA.id, version: 3 } }).frame;
  const left = entry([1, 10], { kind: "routing", body: { event: "transferred", reason: "r", state: "queued", version: 4 } }).frame;
  const text = transcriptText({ messages: [held, left], incomplete: [] }, { c: C, language: "zh-CN", members: [ADA], goesOn: true });
  assert.deepEqual(
    text
      .split("\n")
      .slice(2)
      .map((line) => line.replace(/^\S+Z {2}/, "")),
    ["* Ada 离开了会话", ""],
  );
});
