import assert from "node:assert/strict";
import type { Store } from "../../../persister/store.js";
import type { Decision } from "../../../timeline/record.js";
import { batch, C, TENANT } from "./script.js";
import type { StoreSuite } from "./suite.js";

const decision = (at: number): Decision => ({
  id: `d${at}`,
  at,
  event: "ask",
  reason: "longest_idle",
  policy: "1",
  agent: "ada",
  passed: [{ agent: "lin", reason: "full" }],
});
const decide = (store: Store, c: string, ...ats: readonly number[]): Promise<unknown> =>
  store.write(batch(0, [], { decisions: ats.map((at) => ({ tenant: TENANT, c, decision: decision(at) })) }));

export const decisionsSuite: StoreSuite = ({ test, factory }) => {
  test("the newest decisions are answered, oldest first, each as it was given", async (t) => {
    const { store } = await factory(t);
    await decide(store, C, 1, 2, 3);
    assert.deepEqual(await store.decisions(TENANT, C, 2), [decision(2), decision(3)]);
  });

  test("a decision that comes again stands once", async (t) => {
    const { store } = await factory(t);
    await decide(store, C, 1);
    await decide(store, C, 1);
    assert.deepEqual(await store.decisions(TENANT, C, 10), [decision(1)]);
  });

  test("other conversations have their own decisions", async (t) => {
    const { store } = await factory(t);
    await decide(store, C, 1);
    await decide(store, "c_1 ", 2);
    assert.deepEqual(await store.decisions(TENANT, C, 10), [decision(1)]);
    assert.deepEqual(await store.decisions("other", C, 10), []);
  });
};
