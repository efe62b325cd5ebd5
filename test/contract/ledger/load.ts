import assert from "node:assert/strict";
import { Superseded } from "../../../router/ledger.js";
import { agent, commit, conversation, ids, NOTHING, ruling } from "./rows.js";
import type { LedgerSuite } from "./suite.js";

export const loadSuite: LedgerSuite = ({ test, factory }) => {
  test("a shard that nobody wrote is an empty page", async (t) => {
    const { ledger } = await factory(t);
    assert.deepEqual(await ledger.load(3, 1), NOTHING);
  });

  test("all that was committed is on the page as it was given, also for the next process", async (t) => {
    const { ledger, reopen } = await factory(t);
    await ledger.load(3, 1);
    const [row, her, said] = [conversation("c_1", { offer: { id: "c_1.1", agent: "ada" } }), agent("ada", { gone_at: 9 }), ruling("d_1")];
    await commit(ledger, 3, 1, {
      conversations: [{ tenant: "shop", c: "c_1", row }],
      agents: [{ tenant: "shop", agent: "ada", row: her }],
      rulings: [said],
    });
    const page = { conversations: [{ tenant: "shop", row }], agents: [{ tenant: "shop", row: her }], outbox: [said] };
    assert.deepEqual(await ledger.load(3, 1), page);
    assert.deepEqual(await (await reopen()).load(3, 2), page);
  });

  test("a page holds its own shard's rows alone", async (t) => {
    const { ledger } = await factory(t);
    for (const shard of [2, 3, 4, 33]) {
      await ledger.load(shard, 1);
      await commit(ledger, shard, 1, {
        conversations: [{ tenant: "shop", c: `c_${shard}`, row: conversation(`c_${shard}`) }],
        agents: [{ tenant: "shop", agent: `a_${shard}`, row: agent(`a_${shard}`) }],
        rulings: [ruling(`d_${shard}`)],
      });
    }
    assert.deepEqual(ids(await ledger.load(3, 2)), { conversations: ["c_3"], agents: ["a_3"], outbox: ["d_3"] });
  });

  test("the same id of two tenants is two rows", async (t) => {
    const { ledger } = await factory(t);
    await ledger.load(3, 1);
    const rows = ["shop", "shop2"].map((tenant) => ({
      tenant,
      agent: "ada",
      row: agent("ada", { party: { id: "ada", role: "agent", name: tenant } }),
    }));
    await commit(ledger, 3, 1, { agents: rows });
    await commit(ledger, 3, 1, { agents: [{ tenant: "shop", agent: "ada" }] });
    const { agents } = await ledger.load(3, 1);
    assert.deepEqual(agents, [{ tenant: "shop2", row: rows[1]?.row }]);
  });

  test("conversations come in the order of their last change of state", async (t) => {
    const { ledger } = await factory(t);
    await ledger.load(3, 1);
    const rows = Object.entries({ c_a: 30, c_b: 10, c_c: 20 }).map(([c, since]) => ({
      tenant: "shop",
      c,
      row: conversation(c, { since }),
    }));
    await commit(ledger, 3, 1, { conversations: rows });
    const { conversations } = await ledger.load(3, 1);
    assert.deepEqual(
      conversations.map(({ row }) => row.c),
      ["c_b", "c_c", "c_a"],
    );
  });

  test("loading shuts out every lower token, from then on and wherever it is", async (t) => {
    const { ledger, elsewhere } = await factory(t);
    await ledger.load(3, 7);
    await elsewhere.load(3, 8);
    const late = { conversations: [{ tenant: "shop", c: "c_1", row: conversation("c_1") }], rulings: [ruling("d_1")] };
    await assert.rejects(commit(ledger, 3, 7, late), Superseded);
    await assert.rejects(ledger.load(3, 7), Superseded);
    assert.deepEqual(await elsewhere.load(3, 8), NOTHING);
  });

  test("a lower token stays shut out after the process died", async (t) => {
    const { ledger, reopen } = await factory(t);
    await ledger.load(3, 8);
    const again = await reopen();
    await assert.rejects(again.load(3, 7), Superseded);
    await assert.rejects(commit(again, 3, 7, { rulings: [ruling("d_1")] }), Superseded);
  });

  test("the token of one shard says nothing about another one", async (t) => {
    const { ledger } = await factory(t);
    await ledger.load(3, 8);
    assert.deepEqual(await ledger.load(4, 1), NOTHING);
  });
};
