import assert from "node:assert/strict";
import type { Mark } from "../../../timeline/entry.js";
import { C, ODD_IDS, Scribe, TENANT } from "./script.js";
import type { StoreSuite } from "./suite.js";

const byUser = (marks: readonly Mark[]): Readonly<Record<string, Mark>> => Object.fromEntries(marks.map((mark) => [mark.user, mark]));

export const marksSuite: StoreSuite = ({ test, factory }) => {
  test("marks move forward and never back, each by itself, over epochs too", async (t) => {
    const { store } = await factory(t);
    const scribe = new Scribe(store);
    await scribe.mark({ user: "ada", got: [1, 5], read: [1, 3] });
    await scribe.mark({ user: "ada", got: [1, 2], read: [1, 4] });
    assert.deepEqual(await store.marks(TENANT, C), [{ user: "ada", got: [1, 5], read: [1, 4] }]);
    await scribe.mark({ user: "ada", got: [2, 1] });
    await scribe.mark({ user: "ada", got: [1, 9] });
    assert.deepEqual(await store.marks(TENANT, C), [{ user: "ada", got: [2, 1], read: [1, 4] }]);
  });

  test("what a mark leaves out stays as it was, and is absent when it never was there", async (t) => {
    const { store } = await factory(t);
    const scribe = new Scribe(store);
    await scribe.mark({ user: "ada", read: [1, 3] });
    assert.deepEqual(await store.marks(TENANT, C), [{ user: "ada", read: [1, 3] }]);
    await scribe.mark({ user: "ada", got: [1, 4] });
    assert.deepEqual(await store.marks(TENANT, C), [{ user: "ada", got: [1, 4], read: [1, 3] }]);
  });

  test("every user of a conversation has its own mark, and other conversations and tenants have theirs", async (t) => {
    const { store } = await factory(t);
    const scribe = new Scribe(store);
    for (const [i, user] of ODD_IDS.entries()) await scribe.mark({ user, got: [1, i] });
    await scribe.mark({ user: "ada", got: [9, 9] }, { tenant: TENANT, c: "c_2" });
    await scribe.mark({ user: "ada", got: [9, 9] }, { tenant: "other", c: C });
    const expected = Object.fromEntries(ODD_IDS.map((user, i) => [user, { user, got: [1, i] }]));
    assert.deepEqual(byUser(await store.marks(TENANT, C)), expected);
    assert.deepEqual(await store.marks(TENANT, "nobody"), []);
  });
};
