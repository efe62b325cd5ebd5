import assert from "node:assert/strict";
import { Superseded } from "../../../router/ledger.js";
import { agent, commit, conversation, ids, NOTHING, ruling } from "./rows.js";
import type { LedgerSuite } from "./suite.js";

export const commitSuite: LedgerSuite = ({ test, factory }) => {
  test("a later row takes the place of an earlier one, and a change without a row removes it", async (t) => {
    const { ledger } = await factory(t);
    await ledger.load(3, 1);
    const rowOf = (version: number) => ({ tenant: "shop", c: "c_1", row: conversation("c_1", { version }) });
    await commit(ledger, 3, 1, { conversations: [rowOf(1)], agents: [{ tenant: "shop", agent: "ada", row: agent("ada") }] });
    await commit(ledger, 3, 1, { conversations: [rowOf(2)] });
    assert.deepEqual((await ledger.load(3, 1)).conversations, [{ tenant: "shop", row: rowOf(2).row }]);
    await commit(ledger, 3, 1, { conversations: [{ tenant: "shop", c: "c_1" }], agents: [{ tenant: "shop", agent: "ada" }] });
    assert.deepEqual(await ledger.load(3, 1), NOTHING);
  });

  test("the outbox keeps the order in which rulings were committed, over processes", async (t) => {
    const { ledger, reopen } = await factory(t);
    await ledger.load(3, 1);
    await commit(ledger, 3, 1, { rulings: ["z", "m", "a"].map((id) => ruling(id)) });
    const again = await reopen();
    await again.load(3, 2);
    await commit(again, 3, 2, { rulings: ["y", "b"].map((id) => ruling(id)) });
    assert.deepEqual(ids(await again.load(3, 2)).outbox, ["z", "m", "a", "y", "b"]);
  });

  test("what was said leaves the outbox, also when an earlier owner ruled it, and the rest stays", async (t) => {
    const { ledger, reopen } = await factory(t);
    await ledger.load(3, 1);
    await commit(ledger, 3, 1, { rulings: ["d_1", "d_2", "d_3"].map((id) => ruling(id)) });
    await commit(ledger, 3, 1, { said: ["d_2"] });
    assert.deepEqual(ids(await ledger.load(3, 1)).outbox, ["d_1", "d_3"]);
    const again = await reopen();
    await again.load(3, 2);
    await commit(again, 3, 2, { said: ["d_1", "never ruled"] });
    assert.deepEqual(ids(await again.load(3, 2)).outbox, ["d_3"]);
  });

  test("a ruling that is said in the commit that brings it is not kept", async (t) => {
    const { ledger } = await factory(t);
    await ledger.load(3, 1);
    await commit(ledger, 3, 1, { rulings: [ruling("d_1")], said: ["d_1"] });
    assert.deepEqual(await ledger.load(3, 1), NOTHING);
  });

  test("a refused commit writes nothing, not even what it would have removed", async (t) => {
    const { ledger, elsewhere } = await factory(t);
    await ledger.load(3, 1);
    await commit(ledger, 3, 1, { agents: [{ tenant: "shop", agent: "ada", row: agent("ada") }], rulings: [ruling("d_1")] });
    await elsewhere.load(3, 2);
    const late = { agents: [{ tenant: "shop", agent: "ada" }], rulings: [ruling("d_2")], said: ["d_1"] };
    await assert.rejects(commit(ledger, 3, 1, late), Superseded);
    assert.deepEqual(ids(await elsewhere.load(3, 2)), { conversations: [], agents: ["ada"], outbox: ["d_1"] });
  });

  test("a commit under a higher token shuts the lower ones out as loading does", async (t) => {
    const { ledger, elsewhere } = await factory(t);
    await ledger.load(3, 1);
    await commit(elsewhere, 3, 2, {});
    await assert.rejects(commit(ledger, 3, 1, { rulings: [ruling("d_1")] }), Superseded);
  });

  test("commits that are under way together are written in the order they were given", async (t) => {
    const { ledger } = await factory(t);
    await ledger.load(3, 1);
    const rowOf = (version: number) => ({ tenant: "shop", c: "c_1", row: conversation("c_1", { version }) });
    await Promise.all([1, 2, 3].map((n) => commit(ledger, 3, 1, { conversations: [rowOf(n)], rulings: [ruling(`d_${n}`)] })));
    const { conversations, outbox } = await ledger.load(3, 1);
    assert.deepEqual([conversations[0]?.row.version, outbox.map(({ id }) => id)], [3, ["d_1", "d_2", "d_3"]]);
  });
};
