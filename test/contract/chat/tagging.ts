import assert from "node:assert/strict";
import { type ChatSuite, codeOf, heard, idsOf, mids, Stage, text } from "./stage.js";

export const tagging: ChatSuite = (at) => {
  const { test } = at;

  test("tags are added and removed, answered whole, seen by agents live and when they open, and never by the visitor", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest, agent } = await stage.held();
    assert.deepEqual((await agent.do("tag", { c, add: ["vip", "refund"] }))["tags"], ["refund", "vip"]);
    assert.deepEqual((await agent.do("tag", { c, add: ["late"], remove: ["vip"] }))["tags"], ["late", "refund"]);
    const entry = await agent.event("message", ({ body }) => (body as { readonly add?: string[] }).add?.includes("late") === true);
    const { kind, body, from } = entry;
    assert.deepEqual([kind, body], ["system", { code: "tagged", by: idsOf(at).ada, add: ["late"], remove: ["vip"] }]);
    assert.equal((from as { readonly role: string }).role, "system");
    await guest.peer.event("skip", ({ pos }) => String(pos) === String(entry["pos"]));
    const sun = await stage.reader("sun");
    assert.deepEqual((await sun.do("open", { c }))["tags"], ["late", "refund"]);
    assert.equal("tags" in (await guest.peer.do("open", { c })), false);
  });

  test("what changes nothing says nothing", async (t) => {
    const stage = new Stage(t, at);
    const { c, agent } = await stage.held();
    await agent.do("tag", { c, add: ["a"] });
    const { head } = await agent.do("open", { c });
    for (const same of [{}, { add: ["a", "a"] }, { remove: ["never"] }, { add: ["b"], remove: ["b"] }])
      assert.deepEqual((await agent.do("tag", { c, ...same }))["tags"], ["a"]);
    assert.deepEqual((await agent.do("open", { c }))["head"], head);
  });

  test("a conversation has 50 tags at most", async (t) => {
    const stage = new Stage(t, at);
    const { c, agent } = await stage.held();
    const add = Array.from({ length: 50 }, (_, i) => `t${i}`);
    assert.equal(((await agent.do("tag", { c, add })) as { tags?: unknown[] }).tags?.length, 50);
    assert.equal(codeOf(await agent.ask("tag", { c, add: ["more"] })), "too_large");
    assert.equal(((await agent.do("tag", { c, add: ["more"], remove: ["t0"] })) as { tags?: unknown[] }).tags?.length, 50);
  });

  test("a colleague of the topic may tag what it does not hold; a visitor may not at all", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest } = await stage.held();
    const lin = await stage.reader("lin");
    assert.deepEqual((await lin.do("tag", { c, add: ["seen"] }))["tags"], ["seen"]);
    assert.equal(codeOf(await guest.peer.ask("tag", { c, add: ["x"] })), "forbidden");
    assert.equal(codeOf(await lin.ask("tag", { c: "c_nowhere", add: ["x"] })), "not_found");
  });

  test("tags of a closed conversation are shown", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest, agent } = await stage.held();
    await agent.do("tag", { c, add: ["solved"] });
    await guest.peer.do("send", text(c, "m1"));
    await heard(agent, c, "m1");
    await guest.peer.do("close", { c });
    const shown = await agent.do("open", { c });
    assert.deepEqual([shown["tags"], mids(shown["messages"] as []).includes("m1")], [["solved"], true]);
  });
};
