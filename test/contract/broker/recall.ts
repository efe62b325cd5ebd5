import assert from "node:assert/strict";
import fc from "fast-check";
import { messageTail, readMessage } from "../../../proto/frames.js";
import type { Append, Appended } from "../../../timeline/broker.js";
import { contentHash, type Entry } from "../../../timeline/entry.js";
import { needing } from "../suite.js";
import { ADA, as, Chat, Ear, held, LIN, type Odd, VISITOR } from "./chat.js";
import { type BrokerSuite, LIMITS } from "./suite.js";

const WITHIN_MS = 120_000;

/** What a sender's `recall` of one of its entries is to the broker. */
function recall(chat: Chat, { pos, ts, mid, audience }: Entry, odd: Odd = {}): Promise<Appended> {
  const { from = VISITOR } = odd;
  const named = odd.mid ?? `r ${mid}`;
  const append: Partial<Append> = {
    ...{ kind: "recall", hash: contentHash("recall", { mid }), audience, recalls: { pos, ts, within_ms: WITHIN_MS } },
    tail: messageTail({ mid: named, from, kind: "recall", body: { mid } }),
  };
  return chat.say(named, { ...append, ...odd });
}

/** A conversation whose visitor said one thing, which is settled. */
async function said(chat: Chat, odd: Odd = {}): Promise<Entry> {
  const entry = await chat.said("m1", { text: "my secret", ...odd });
  await chat.settleAll();
  return entry;
}

const bodies = (entries: readonly Entry[]): unknown[] =>
  entries.filter(({ kind }) => kind !== "routing").map(({ frame }) => readMessage(frame).body);
const BLANK = { recalled: true };

export const recallSuite: BrokerSuite = ({ test, factory, cannot = {} }) => {
  test("from its recall on, an entry has its place, sender, mid and kind, and no content: in windows, attaches and duplicates", async (t) => {
    const { broker, elsewhere } = await factory(t, LIMITS);
    const chat = await Chat.begun(broker);
    const target = await said(chat);
    await chat.said("m2");
    as(await recall(chat, target), "appended");
    const there = chat.through(elsewhere);
    const { page } = as(await elsewhere.window(chat.E, chat.c, { limit: 10 }), "window");
    assert.deepEqual(bodies(page.entries), [BLANK, { text: "m2" }, { mid: "m1" }]);
    assert.deepEqual(bodies((await there.attach("n2")).page.entries), [BLANK, { text: "m2" }, { mid: "m1" }]);
    const again = as(await chat.say("m1", { text: "my secret" }), "duplicate").entry;
    assert.deepEqual([again.pos, bodies([again])], [target.pos, [BLANK]]);
    const { body: _content, ...rest } = readMessage(target.frame);
    assert.deepEqual({ ...readMessage(again.frame) }, { ...rest, body: BLANK });
    assert.equal(JSON.stringify(page).includes("secret"), false);
  });

  test("a recall is an entry like any other: it takes a position and comes to every node that is attached", async (t) => {
    const { broker } = await factory(t, LIMITS);
    const chat = await Chat.begun(broker);
    const target = await said(chat);
    const ear = await Ear.at(broker, "n2");
    await chat.attach("n2");
    const { entry } = as(await recall(chat, target), "appended");
    assert.equal(entry.pos[1], target.pos[1] + 1);
    assert.deepEqual(bodies(ear.entries), [{ mid: "m1" }]);
  });

  test("what is unsettled cannot be taken back yet: pending, and its content goes to the journal whole", async (t) => {
    const { broker } = await factory(t, LIMITS);
    const chat = await Chat.begun(broker);
    const target = await chat.said("m1");
    assert.deepEqual(await recall(chat, target), { at: "refused", code: "pending" });
    assert.deepEqual(bodies((await chat.unsettled()).map(({ entry }) => entry)), [{ text: "m1" }]);
    await chat.settleAll();
    as(await recall(chat, target), "appended");
  });

  needing(
    test,
    "time",
    cannot,
  )("an entry is taken back within its time by the broker's clock, and not a moment later", async (t) => {
    const { broker, pass } = await factory(t, { ...LIMITS, idle_ms: WITHIN_MS * 10 });
    const chat = await Chat.begun(broker);
    const target = await said(chat);
    const other = await chat.said("m2");
    await chat.settleAll();
    await pass(WITHIN_MS);
    as(await recall(chat, target), "appended");
    await pass(1);
    assert.deepEqual(await recall(chat, other), { at: "refused", code: "forbidden" });
    assert.deepEqual(bodies(as(await broker.window(chat.E, chat.c, { limit: 2 }), "window").page.entries), [{ text: "m2" }, { mid: "m1" }]);
  });

  needing(
    test,
    "time",
    cannot,
  )("a recall that is said again is the duplicate it would ever be, also when its time is over", async (t) => {
    const { broker, pass } = await factory(t, { ...LIMITS, idle_ms: WITHIN_MS * 10 });
    const chat = await Chat.begun(broker);
    const target = await said(chat);
    const { entry } = as(await recall(chat, target), "appended");
    await pass(WITHIN_MS * 2);
    assert.deepEqual(as(await recall(chat, target), "duplicate").entry.pos, entry.pos);
  });

  test("an entry of another life is not looked for here: its time alone is judged", async (t) => {
    const { broker } = await factory(t, LIMITS);
    const chat = await Chat.begun(broker);
    const { ts, pos } = await chat.said("unsettled");
    const elsewhere = { mid: "old", audience: "all", ts, pos: [1, pos[1]] } as unknown as Entry;
    as(await recall(chat, elsewhere), "appended");
    assert.deepEqual(await recall(chat, { ...elsewhere, mid: "older", ts: ts - WITHIN_MS - 1 }), { at: "refused", code: "forbidden" });
  });

  test("nobody takes back what another said", async (t) => {
    const { broker } = await factory(t, LIMITS);
    const chat = await Chat.begun(broker);
    await chat.route(held(2, ADA));
    const target = await said(chat);
    await recall(chat, target, { from: ADA });
    assert.deepEqual(bodies(as(await broker.window(chat.E, chat.c, { limit: 2 }), "window").page.entries)[0], { text: "my secret" });
  });

  test("who may not write takes nothing back, but a reader its own note", async (t) => {
    const { broker } = await factory(t, LIMITS);
    const chat = await Chat.begun(broker);
    await chat.route(held(2, LIN));
    const target = await said(chat, { from: LIN });
    const note = await chat.said("n1", { from: LIN, kind: "note" });
    await chat.settleAll();
    await chat.route(held(3, ADA));
    assert.deepEqual(await recall(chat, target, { from: LIN, reader: true }), { at: "refused", code: "not_assigned" });
    const { entry } = as(await recall(chat, note, { from: LIN, reader: true }), "appended");
    assert.equal(entry.audience, "agents");
  });

  test("a window that is bounded by bytes counts what a recall left of an entry", async (t) => {
    const { broker } = await factory(t, { ...LIMITS, bytes: 3_000 });
    const chat = await Chat.begun(broker);
    const big = await said(chat, { text: "x".repeat(2_000) });
    await recall(chat, big);
    for (const mid of ["a", "b", "c"]) await chat.said(mid, { text: "y".repeat(200) });
    await chat.settleAll();
    assert.equal((await chat.mids()).includes("m1"), true);
  });

  test("model: whatever is said, settled, taken back and trimmed, what is unsettled is whole and what was taken back is blank", async (t) => {
    const { broker } = await factory(t, { ...LIMITS, entries: 6, unsettled: 100 });
    const move = fc.tuple(fc.constantFrom("say", "say", "settle", "recall", "recall"), fc.nat({ max: 5 }));
    let run = 0;
    const property = fc.asyncProperty(fc.array(move, { maxLength: 30 }), async (moves) => {
      const chat = await Chat.begun(broker, { c: `c_${++run}` });
      const said: Entry[] = [];
      const taken = new Set<string>();
      let recalls = 0;
      const does = {
        say: async () => void said.push(await chat.said(`m${said.length}`, { since: (await chat.life()).head })),
        settle: async (which: number) => void (await chat.settle(...(await chat.unsettled()).slice(which).map(({ entry }) => entry.pos))),
        recall: async (which: number) => {
          const targets = said.slice(-1 - which).slice(0, 1);
          const waits = new Set((await chat.unsettled()).map(({ entry }) => entry.mid));
          for (const target of targets) {
            const answer = await recall(chat, target, {
              mid: `r${++recalls}`,
              since: (await chat.life()).head,
            });
            assert.equal(answer.at, waits.has(target.mid) ? "refused" : "appended");
            for (const _entered of answer.at === "appended" ? [answer] : []) taken.add(target.mid);
          }
        },
      } as const;
      for (const [name, which] of moves) await does[name](which);
      const { page } = as(await broker.window(chat.E, chat.c, { limit: 1_000 }), "window");
      const whole = [...page.entries, ...(await chat.unsettled()).map(({ entry }) => entry)].filter(({ kind }) => kind === "text");
      for (const { mid, frame } of whole) assert.deepEqual(readMessage(frame).body, taken.has(mid) ? BLANK : { text: mid });
    });
    await fc.assert(property, { numRuns: 100 });
  });
};
