import assert from "node:assert/strict";
import { readMessage } from "../../../proto/frames.js";
import type { Position } from "../../../proto/position.js";
import { contentHash, type Entry } from "../../../timeline/entry.js";
import { ADA, allRows, authority, C, entry, routing, Scribe, TENANT, WEI } from "./script.js";
import type { StoreSuite } from "./suite.js";

const SECRET = { text: "my secret" };
const queued = routing([1, 1], "queued", authority(1, "queued"));
const target = entry([1, 2], { mid: "m", body: SECRET });
const recall = (pos: Position, from = WEI): Entry => entry(pos, { mid: `r${pos}`, from, kind: "recall", body: { mid: "m" } });
const BLANK = { recalled: true };

export const recallSuite: StoreSuite = ({ test, factory }) => {
  test("once a recall is stored, the entry it names keeps its place and loses its content, also after the store was opened anew", async (t) => {
    const { store, reopen } = await factory(t);
    const scribe = new Scribe(store);
    await scribe.write(queued, target);
    await scribe.write(recall([1, 3]));
    const [, row] = await allRows(store);
    const { frame, ...rest } = row?.entry ?? target;
    const { frame: whole, ...before } = target;
    assert.deepEqual(rest, before);
    assert.deepEqual(readMessage(frame), { ...readMessage(whole), body: BLANK });
    assert.equal(row?.hash, contentHash("text", SECRET));
    assert.deepEqual((await allRows(await reopen()))[1], row);
  });

  test("a recall in the batch of what it takes back does the same, and other entries keep their content and their hash", async (t) => {
    const { store } = await factory(t);
    const other = entry([1, 4]);
    await new Scribe(store).write(queued, target, recall([1, 3]), other);
    const rows = await allRows(store);
    assert.deepEqual(readMessage(rows[1]?.entry?.frame as string).body, BLANK);
    assert.deepEqual(rows[3], { pos: other.pos, entry: other });
  });

  test("the record of what was taken back brings nothing back when it comes again, and is no other content", async (t) => {
    const { store } = await factory(t);
    const scribe = new Scribe(store);
    await scribe.write(queued, target, recall([1, 3]));
    const once = [await allRows(store), await store.conversation(TENANT, C)];
    assert.deepEqual(await scribe.write(queued, target, recall([1, 3])), []);
    assert.deepEqual(await scribe.write(target), []);
    assert.deepEqual([await allRows(store), await store.conversation(TENANT, C)], once);
  });

  test("what comes after its recall is stored without its content", async (t) => {
    const { store } = await factory(t);
    await new Scribe(store).write(queued, recall([1, 3]), target);
    assert.deepEqual((await allRows(store))[1]?.hash, contentHash("text", SECRET));
    assert.equal(JSON.stringify([await allRows(store), await store.conversation(TENANT, C)]).includes("secret"), false);
  });

  test("other content at the place of what was taken back is still other content", async (t) => {
    const { store } = await factory(t);
    const scribe = new Scribe(store);
    await scribe.write(queued, target, recall([1, 3]));
    const reasons = (await scribe.write(entry([1, 2], { mid: "m", body: { text: "else" } }))).map(({ reason }) => reason);
    assert.deepEqual(reasons, ["other_content"]);
  });

  test("the mid of what was taken back is found at its place", async (t) => {
    const { store } = await factory(t);
    await new Scribe(store).write(queued, target, recall([1, 3]));
    const found = await store.find(TENANT, C, WEI.id, "m");
    assert.deepEqual([found?.pos, found?.hash], [[1, 2], contentHash("text", SECRET)]);
  });

  test("a second recall of the same entry changes nothing, and a recall is never taken back itself", async (t) => {
    const { store } = await factory(t);
    const scribe = new Scribe(store);
    await scribe.write(queued, target, recall([1, 3]));
    const before = await allRows(store);
    const [again, ofIt] = [recall([1, 4]), entry([1, 5], { kind: "recall", body: { mid: "r1,3" } })];
    await scribe.write(again, ofIt);
    assert.deepEqual(await allRows(store), [...before, { pos: again.pos, entry: again }, { pos: ofIt.pos, entry: ofIt }]);
  });

  test("a mid of the same name of somebody else, or in another conversation, stays", async (t) => {
    const { store } = await factory(t);
    const [hers, elsewhere] = [entry([1, 4], { mid: "m", from: ADA }), entry([1, 2], { mid: "m", c: "c_2" })];
    await new Scribe(store).write(queued, target, hers, elsewhere, recall([1, 5]));
    assert.deepEqual((await store.find(TENANT, C, ADA.id, "m"))?.entry, hers);
    assert.deepEqual((await store.find(TENANT, "c_2", WEI.id, "m"))?.entry, elsewhere);
  });

  test("the conversation's last word says that it was taken back, and no longer what it was", async (t) => {
    const { store } = await factory(t);
    await new Scribe(store).write(queued, target, recall([1, 3]));
    assert.deepEqual((await store.conversation(TENANT, C))?.last, { ts: target.ts, from: WEI, kind: "text", text: "", recalled: true });
  });

  test("a recall of an earlier word leaves the last one", async (t) => {
    const { store } = await factory(t);
    await new Scribe(store).write(queued, target, entry([1, 3], { body: { text: "Bye" } }), recall([1, 4]));
    assert.equal((await store.conversation(TENANT, C))?.last?.text, "Bye");
  });
};
