import assert from "node:assert/strict";
import { DeskError } from "../../../lib/errors.js";
import type { ConversationsQuery, Store } from "../../../persister/store.js";
import type { ConversationState, Party } from "../../../proto/message.js";
import { ADA, authority, entry, ODD_IDS, routing, Scribe, SYSTEM, TENANT, WEI } from "./script.js";
import type { StoreSuite } from "./suite.js";

interface Opened {
  readonly c: string;
  readonly at: number;
  readonly topic?: string;
  readonly state?: ConversationState;
  readonly members?: readonly Party[];
  readonly tenant?: string;
}

function opened({ c, at, topic = "support", state = "queued", members = [WEI], tenant = TENANT }: Opened) {
  return routing([1, 1], "queued", authority(1, state, { topic, members }), { c, ts: at, tenant });
}

async function filled(store: Store): Promise<Store> {
  await new Scribe(store).write(
    opened({ c: "old", at: 100 }),
    opened({ c: "sale", at: 200, topic: "sales" }),
    opened({ c: "held", at: 300, state: "active", members: [WEI, ADA] }),
    opened({ c: "new", at: 400 }),
    opened({ c: "theirs", at: 500, tenant: "other" }),
  );
  return store;
}

/** All conversations a query finds, page by page; fails when the cursor goes in circles. */
async function listed(store: Store, query: Partial<ConversationsQuery> = {}): Promise<string[]> {
  const found: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.conversations({ tenant: TENANT, limit: 10, ...query, ...(cursor !== undefined && { cursor }) });
    found.push(...page.rows.map(({ c }) => c));
    cursor = page.cursor;
    assert.ok(found.length <= 1_000, "the cursor goes in circles");
  } while (cursor !== undefined);
  return found;
}

export const conversationsSuite: StoreSuite = ({ test, factory }) => {
  test("a tenant's conversations are listed, newest activity first, and no other tenant's", async (t) => {
    const store = await filled((await factory(t)).store);
    assert.deepEqual(await listed(store), ["new", "held", "sale", "old"]);
    assert.deepEqual(await listed(store, { tenant: "other" }), ["theirs"]);
  });

  test("each filter lets through what it names, and together what all of them name", async (t) => {
    const store = await filled((await factory(t)).store);
    assert.deepEqual(await listed(store, { topic: "sales" }), ["sale"]);
    assert.deepEqual(await listed(store, { state: "active" }), ["held"]);
    assert.deepEqual(await listed(store, { member: ADA.id }), ["held"]);
    assert.deepEqual(await listed(store, { member: WEI.id, topic: "support", state: "queued" }), ["new", "old"]);
    assert.deepEqual(await listed(store, { member: "nobody" }), []);
  });

  test("a visitor's and an agent's conversations are those they are members of, each in its own part", async (t) => {
    const store = await filled((await factory(t)).store);
    const twin = { ...ADA, id: WEI.id };
    await new Scribe(store).write(opened({ c: "twin", at: 450, members: [{ ...WEI, id: "v_2" }, twin] }));
    assert.deepEqual(await listed(store, { visitor: WEI.id }), ["new", "held", "sale", "old"]);
    assert.deepEqual(await listed(store, { agent: ADA.id }), ["held"]);
    assert.deepEqual(await listed(store, { agent: WEI.id }), ["twin"]);
    assert.deepEqual(await listed(store, { visitor: WEI.id, agent: ADA.id }), ["held"]);
    assert.deepEqual(await listed(store, { visitor: WEI.id, member: "v_2" }), []);
  });

  test("a visitor whom the site named later finds it under both names", async (t) => {
    const { store } = await factory(t);
    const named = { ...WEI, id: "customer 7" };
    const scribe = new Scribe(store);
    await scribe.write(
      opened({ c: "one", at: 1 }),
      routing([1, 2], "identified", authority(2, "queued", { visitor: named }), { c: "one", ts: 2 }),
    );
    for (const query of [{ visitor: named.id }, { visitor: WEI.id }, { member: named.id }])
      assert.deepEqual(await listed(store, query), ["one"]);
  });

  test("a tag lets through the conversations that have it", async (t) => {
    const store = await filled((await factory(t)).store);
    const tagged = (c: string, n: number, change: object) =>
      entry([1, n], { c, from: SYSTEM, kind: "system", ts: 600 + n, body: { code: "tagged", by: ADA.id, ...change } });
    await new Scribe(store).write(tagged("old", 2, { add: ["vip"], remove: [] }), tagged("sale", 2, { add: ["vip"], remove: [] }));
    assert.deepEqual(new Set(await listed(store, { tag: "vip" })), new Set(["old", "sale"]));
    await new Scribe(store).write(tagged("old", 3, { add: [], remove: ["vip"] }));
    assert.deepEqual(await listed(store, { tag: "vip" }), ["sale"]);
    assert.deepEqual(await listed(store, { tag: "vi" }), []);
  });

  test("words are looked for in the visitor's name and in what was last said, all of them, in any case", async (t) => {
    const store = await filled((await factory(t)).store);
    const said = (c: string, n: number, text: string) => entry([1, n], { c, ts: 700, body: { text } });
    await new Scribe(store).write(said("old", 2, "Where is my PARCEL?"), said("sale", 2, "我的包裹在哪里"), said("held", 2, "parcel"));
    assert.deepEqual(new Set(await listed(store, { words: ["parcel"] })), new Set(["old", "held"]));
    assert.deepEqual(await listed(store, { words: ["parcel", "WHERE"] }), ["old"]);
    assert.deepEqual(await listed(store, { words: ["包裹", "wei"] }), ["sale"]);
    await new Scribe(store).write(said("held", 3, "found it"));
    assert.deepEqual(await listed(store, { words: ["parcel"] }), ["old"]);
  });

  test("a reader is shown where it is a member, and what is of its topics; filters and pages as for everybody", async (t) => {
    const store = await filled((await factory(t)).store);
    const reader = { id: ADA.id, topics: ["sales"] };
    assert.deepEqual(await listed(store, { reader }), ["held", "sale"]);
    assert.deepEqual(await listed(store, { reader, limit: 1 }), ["held", "sale"]);
    assert.deepEqual(await listed(store, { reader, visitor: WEI.id, topic: "sales" }), ["sale"]);
    assert.deepEqual(await listed(store, { reader: { id: "lin", topics: [] } }), []);
  });

  test("from is inside the bounds of the last activity and to is outside", async (t) => {
    const store = await filled((await factory(t)).store);
    assert.deepEqual(await listed(store, { from: 200, to: 400 }), ["held", "sale"]);
    assert.deepEqual(await listed(store, { from: 401 }), []);
    assert.deepEqual(await listed(store, { to: 100 }), []);
  });

  test("a conversation moves up when something is said, and is listed once", async (t) => {
    const store = await filled((await factory(t)).store);
    await new Scribe(store).write(entry([1, 2], { c: "old", ts: 999 }));
    assert.deepEqual(await listed(store), ["old", "new", "held", "sale"]);
    assert.deepEqual(await listed(store, { member: WEI.id }), ["old", "new", "held", "sale"]);
    assert.deepEqual(await listed(store, { from: 100, to: 200 }), []);
  });

  test("who becomes a member finds the conversation, also below what it had before", async (t) => {
    const store = await filled((await factory(t)).store);
    await new Scribe(store).write(routing([1, 2], "assigned", authority(2, "active", { members: [WEI, ADA] }), { c: "sale", ts: 250 }));
    assert.deepEqual(await listed(store, { member: ADA.id }), ["held", "sale"]);
  });

  test("pages of any size give every conversation once, in the same order, also where two are of one moment", async (t) => {
    const { store } = await factory(t);
    const ids = ODD_IDS.map((c, i) => ({ c, at: 100 + (i % 5) }));
    await new Scribe(store).write(...ids.map(opened));
    const whole = await listed(store, { limit: 1000 });
    assert.deepEqual(new Set(whole), new Set(ODD_IDS));
    for (const limit of [1, 2, 7, ODD_IDS.length]) assert.deepEqual(await listed(store, { limit }), whole, `limit ${limit}`);
    assert.deepEqual(await listed(store, { limit: 3, member: WEI.id }), whole);
  });

  test("members whose ids look alike have their own lists", async (t) => {
    const { store } = await factory(t);
    await new Scribe(store).write(...ODD_IDS.map((id, i) => opened({ c: `c${i}`, at: i, members: [{ ...ADA, id }] })));
    for (const [i, id] of ODD_IDS.entries()) assert.deepEqual(await listed(store, { member: id }), [`c${i}`]);
  });

  test("a cursor that no answer gave is a bad request", async (t) => {
    const store = await filled((await factory(t)).store);
    for (const cursor of ["", "x", "1", "1.", ".a", "1.a.b", "1.ü", "-1.YQ", `1.${"Y".repeat(20_000)}`, "12345678901234567.YQ"])
      await assert.rejects(
        store.conversations({ tenant: TENANT, limit: 1, cursor }),
        (error) => error instanceof DeskError && error.code === "bad_request",
        cursor.slice(0, 40),
      );
  });
};
