import assert from "node:assert/strict";
import { DeskError } from "../../../lib/errors.js";
import type { ConversationRow } from "../../../persister/store.js";
import type { Decision, VisitorRecord } from "../../../timeline/record.js";
import { ADA, authority, batch, C, entry, routing, Scribe, SYSTEM, TENANT, WEI } from "../store/script.js";
import { type HistorySuite, IMPATIENT_MS, PATIENT_MS } from "./suite.js";

const queued = (c: string, n = 1) => routing([1, n], "queued", authority(n, "queued", { members: [WEI, ADA] }), { c });
const decision = (at: number): Decision => ({ id: `d${at}`, at, event: "ask", reason: "none_free", policy: "1", detail: { waiting: 3 } });

export const recordsSuite: HistorySuite = ({ test, factory }) => {
  test("a conversation is told with everything the store has of it, absent where it has nothing", async (t) => {
    const { history, store } = await factory(t, IMPATIENT_MS);
    const scribe = new Scribe(store);
    const same = async (): Promise<ConversationRow | undefined> => {
      const row = await history.conversation(TENANT, C);
      assert.deepEqual(row, await store.conversation(TENANT, C));
      return row;
    };
    assert.equal(await same(), undefined);
    await scribe.write(queued(C));
    assert.deepEqual(Object.keys((await same()) ?? {}).sort(), ["authority", "c", "head", "opened_at", "tags", "tenant", "updated_at"]);
    await scribe.write(
      entry([1, 2], { from: SYSTEM, kind: "system", body: { code: "rated", score: 1 } }),
      entry([1, 3], { body: { text: "" } }),
    );
    assert.deepEqual([(await same())?.rating, (await same())?.last?.text], [{ score: 1 }, ""]);
    await scribe.write(
      routing([1, 4], "closed", authority(2, "closed", { assignee: ADA.id }), { reason: "" }),
      entry([1, 5], { from: SYSTEM, kind: "system", body: { code: "rated", score: 5, comment: "" } }),
    );
    await scribe.write(
      entry([1, 6], { from: SYSTEM, kind: "system", body: { code: "tagged", by: ADA.id, add: ["b", "a"], remove: [] } }),
      entry([1, 7], { kind: "recall", body: { mid: "m1-3" } }),
    );
    assert.deepEqual([(await same())?.tags, (await same())?.last?.recalled], [["a", "b"], true]);
    assert.deepEqual([(await same())?.closed_reason, (await same())?.rating], ["", { score: 5, comment: "" }]);
  });

  test("lists keep their filters and cursors", async (t) => {
    const { history, store } = await factory(t, IMPATIENT_MS);
    await new Scribe(store).write(...["a", "b", "c"].map((c) => queued(c)));
    const first = await history.conversations({ tenant: TENANT, member: ADA.id, topic: "support", state: "queued", from: 0, limit: 2 });
    assert.deepEqual(
      first.rows.map(({ c }) => c),
      ["c", "b"],
    );
    const last = await history.conversations({ tenant: TENANT, limit: 2, cursor: first.cursor as string });
    assert.deepEqual([last.rows.map(({ c }) => c), "cursor" in last], [["a"], false]);
    assert.deepEqual((await history.conversations({ tenant: TENANT, to: 0, limit: 9 })).rows, []);
    const everything = { visitor: WEI.id, agent: ADA.id, words: ["wei"], reader: { id: "lin", topics: ["support"] } };
    assert.equal((await history.conversations({ tenant: TENANT, limit: 9, ...everything })).rows.length, 3);
    const narrower = [{ visitor: "x" }, { agent: "x" }, { tag: "x" }, { words: ["x"] }, { reader: { id: "lin", topics: [] } }];
    for (const one of narrower)
      assert.deepEqual((await history.conversations({ tenant: TENANT, limit: 9, ...everything, ...one })).rows, [], JSON.stringify(one));
    await assert.rejects(
      history.conversations({ tenant: TENANT, limit: 1, cursor: "invented" }),
      (error) => error instanceof DeskError && error.code === "bad_request",
    );
  });

  test("marks keep what they have and leave out what they have not", async (t) => {
    const { history, store } = await factory(t, IMPATIENT_MS);
    const scribe = new Scribe(store);
    await scribe.mark({ user: "ada", got: [1, 2] });
    await scribe.mark({ user: "lin", got: [2, 0], read: [1, 9] });
    assert.deepEqual(await history.marks(TENANT, C), [
      { user: "ada", got: [1, 2] },
      { user: "lin", got: [2, 0], read: [1, 9] },
    ]);
  });

  test("a visitor is told as it was stored, and one nobody knows is not", async (t) => {
    const { history, store } = await factory(t, IMPATIENT_MS);
    const visitor: VisitorRecord = {
      t: "visitor",
      tenant: TENANT,
      id: "v_wei",
      name: "Wei 林",
      attributes: { a: [1, { b: null }] },
      since: 17,
    };
    await store.write(batch(0, [], { visitors: [{ offset: 0, visitor }] }));
    assert.deepEqual(await history.visitor(TENANT, "v_wei"), visitor);
    assert.equal(await history.visitor(TENANT, "v_lin"), undefined);
  });

  test("decisions are the newest, oldest first, and wait for the persister to pass what the journal held", async (t) => {
    const { history, store } = await factory(t, PATIENT_MS);
    const decide = (through: number, ...ats: number[]) =>
      store.write(batch(through, [], { decisions: ats.map((at) => ({ tenant: TENANT, c: C, decision: decision(at) })) }));
    await decide(1, 1, 2);
    const answer = history.decisions(TENANT, C, 2, 3);
    await decide(2, 3);
    assert.deepEqual(await answer, [decision(2), decision(3)]);
  });

  test("decisions that the persister does not pass in time are answered as far as they are stored", async (t) => {
    const { history, store } = await factory(t, IMPATIENT_MS);
    await store.write(batch(0, [], { decisions: [{ tenant: TENANT, c: C, decision: decision(1) }] }));
    assert.deepEqual(await history.decisions(TENANT, C, 9, 5), [decision(1)]);
  });
};
