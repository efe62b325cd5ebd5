import assert from "node:assert/strict";
import { ADA, authority, C, entry, routing, Scribe, SYSTEM, TENANT, timeOf, WEI } from "./script.js";
import type { StoreSuite } from "./suite.js";

const queued = routing([1, 1], "queued", authority(1, "queued"));
const assigned = routing([1, 3], "assigned", authority(2, "active", { assignee: ADA.id, members: [WEI, ADA] }));
const closed = routing([1, 5], "closed", authority(3, "closed", { members: [WEI, ADA] }), { reason: "solved" });
const tagged = (pos: readonly [number, number], add: readonly string[], remove: readonly string[] = []) =>
  entry(pos, { from: SYSTEM, kind: "system", body: { code: "tagged", by: ADA.id, add, remove } });
const rated = (pos: readonly [number, number], score: number) =>
  entry(pos, { from: SYSTEM, kind: "system", body: { code: "rated", score, comment: "good" } });

export const conversationSuite: StoreSuite = ({ test, factory }) => {
  test("a conversation is known once its first routing entry is stored, and not by what is said before", async (t) => {
    const { store } = await factory(t);
    const scribe = new Scribe(store);
    await scribe.write(entry([1, 2]));
    assert.equal(await store.conversation(TENANT, C), undefined);
    await scribe.write(queued);
    assert.deepEqual((await store.conversation(TENANT, C))?.authority, queued.authority);
    assert.equal(await store.conversation("other", C), undefined);
  });

  test("it stands as its last routing entry left it, with head, first and last activity, and what was last said", async (t) => {
    const { store } = await factory(t);
    await new Scribe(store).write(queued, entry([1, 2], { body: { text: "Hello" } }), assigned);
    assert.deepEqual(await store.conversation(TENANT, C), {
      ...{ tenant: TENANT, c: C, authority: assigned.authority, head: [1, 3] },
      ...{ opened_at: timeOf([1, 1]), updated_at: timeOf([1, 3]) },
      ...{ last: { ts: timeOf([1, 2]), from: WEI, kind: "text", text: "Hello" }, tags: [] },
    });
  });

  test("while it is closed it says when, where and why; reopened it does not", async (t) => {
    const { store } = await factory(t);
    const scribe = new Scribe(store);
    await scribe.write(queued, assigned, closed);
    const row = await store.conversation(TENANT, C);
    assert.deepEqual([row?.closed, row?.closed_at, row?.closed_reason], [[1, 5], timeOf([1, 5]), "solved"]);
    await scribe.write(routing([1, 6], "reopened", authority(4, "queued")));
    const open = await store.conversation(TENANT, C);
    assert.deepEqual([open?.authority.state, open && "closed" in open, open && "closed_at" in open], ["queued", false, false]);
  });

  test("barrier and asserted are no activity; the rest is", async (t) => {
    const { store } = await factory(t);
    const scribe = new Scribe(store);
    await scribe.write(queued, entry([1, 2]), routing([2, 1], "barrier"), routing([2, 2], "asserted", authority(2, "queued")));
    const quiet = await store.conversation(TENANT, C);
    assert.deepEqual([quiet?.head, quiet?.updated_at, quiet?.authority.version], [[2, 2], timeOf([1, 2]), 2]);
    await scribe.write(entry([2, 3], { kind: "note", from: ADA }));
    assert.equal((await store.conversation(TENANT, C))?.updated_at, timeOf([2, 3]));
  });

  test("the newest rating stands, with its comment, and is no last word", async (t) => {
    const { store } = await factory(t);
    await new Scribe(store).write(queued, entry([1, 2], { body: { text: "Bye" } }), rated([1, 3], 2), rated([1, 4], 5));
    const row = await store.conversation(TENANT, C);
    assert.deepEqual([row?.rating, row?.last?.text], [{ score: 5, comment: "good" }, "Bye"]);
  });

  test("tags are those that were added and not removed since, each by its last word, in alphabetical order", async (t) => {
    const { store } = await factory(t);
    const scribe = new Scribe(store);
    await scribe.write(queued, tagged([1, 2], ["vip", "refund", "__proto__"]), tagged([1, 3], ["10"], ["refund"]));
    assert.deepEqual((await store.conversation(TENANT, C))?.tags, ["10", "__proto__", "vip"]);
    await scribe.write(tagged([1, 4], ["refund"], ["vip", "never"]));
    assert.deepEqual((await store.conversation(TENANT, C))?.tags, ["10", "__proto__", "refund"]);
  });

  test("what was last said shows a text, a file's name or a card's title, cut before it is long and never inside a character", async (t) => {
    const { store } = await factory(t);
    const scribe = new Scribe(store);
    const lastAfter = async (n: number, kind: string, body: Readonly<Record<string, unknown>>) => {
      await scribe.write(entry([1, n], { kind, body }));
      return (await store.conversation(TENANT, C))?.last?.text;
    };
    await scribe.write(queued);
    assert.equal(await lastAfter(2, "file", { name: "bill.pdf", mime: "application/pdf", bytes: 1, url: "/f" }), "bill.pdf");
    assert.equal(await lastAfter(3, "card", { title: "Choose", actions: [] }), "Choose");
    assert.equal(await lastAfter(4, "note", { text: "not for a list" }), "Choose");
    assert.equal(await lastAfter(5, "text", { text: `${"x".repeat(199)}😀` }), "x".repeat(199));
  });

  test("its summary is the same in whatever order the entries of a life arrive, each of them twice", async (t) => {
    const [forward, backward] = [(await factory(t)).store, (await factory(t)).store];
    const tags = [tagged([1, 6], ["a", "b"]), tagged([1, 7], ["c"], ["a"]), tagged([1, 8], ["a"], ["b"])];
    const taken = entry([1, 9], { kind: "recall", body: { mid: "m1-2" } });
    const all = [queued, entry([1, 2]), assigned, rated([1, 4], 3), closed, ...tags, taken];
    for (const each of [...all, ...all]) await new Scribe(forward).write(each);
    for (const each of [...all, ...all].reverse()) await new Scribe(backward).write(each);
    assert.deepEqual(await backward.conversation(TENANT, C), await forward.conversation(TENANT, C));
  });
};
