import assert from "node:assert/strict";
import { type ChatSuite, codeOf, heard, mids, offered, routings, Stage, text } from "./stage.js";

export const assigning: ChatSuite = (at) => {
  const { test } = at;

  test("a supervisor takes a conversation over: it is shown it, the agent is released and writes no more, the visitor is told", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest, agent: ada } = await stage.held();
    await guest.peer.do("send", text(c, "m1"));
    const sun = await stage.reader("sun");
    const shown = await sun.do("assign", { c, agent: "me" });
    assert.deepEqual([shown["c"], shown["state"], shown["assignee"], mids(shown["messages"] as [])], [c, "active", "sun", ["m1"]]);
    assert.equal((await ada.event("released", (event) => event["c"] === c))["reason"], "taken_over");
    await sun.event("assigned", (event) => event["c"] === c && event["reason"] === "taken_over");
    assert.equal(codeOf(await ada.ask("send", text(c, "a1"))), "not_assigned");
    await guest.peer.event("message", ({ body }) => (body as { readonly assignee?: string }).assignee === "sun");
    await guest.peer.do("send", text(c, "m2"));
    await heard(sun, c, "m2");
    assert.equal((await sun.do("assign", { c, agent: "me" }))["assignee"], "sun");
  });

  test("a supervisor gives an offered conversation to another agent: the offer ends, and that agent is told", async (t) => {
    const stage = new Stage(t, at);
    const ada = await stage.agent("ada");
    const { c } = await stage.ask(await stage.guest());
    const { offer } = await offered(ada, c);
    const lin = await stage.agent("lin");
    const sun = await stage.reader("sun");
    assert.equal((await sun.do("assign", { c, agent: "lin" }))["assignee"], undefined);
    await ada.event("offer_end", (event) => event["offer"] === offer && event["reason"] === "rescinded");
    await lin.event("assigned", (event) => event["c"] === c && event["reason"] === "assigned_by_supervisor");
    assert.equal(codeOf(await ada.ask("accept", { c, offer })), "conflict");
    await lin.do("send", text(c, "l1"));
  });

  test("an agent picks who waits where the topic allows it, also when it is away", async (t) => {
    const stage = new Stage(t, at);
    const ada = await stage.agent("ada");
    await ada.do("status", { status: "away" });
    const { c } = await stage.ask(await stage.guest(), { topic: "sales" });
    const shown = await ada.do("assign", { c, agent: "me" });
    assert.deepEqual([shown["assignee"], routings(shown["messages"] as [])], ["ada", ["queued", "assigned"]]);
    await ada.do("send", text(c, "a1"));
  });

  test("an agent picks neither where the topic does not allow it, nor for others, nor what somebody holds", async (t) => {
    const stage = new Stage(t, at);
    const ada = await stage.agent("ada");
    await ada.do("status", { status: "away" });
    const { c } = await stage.ask(await stage.guest(), { topic: "support" });
    const { c: sales } = await stage.ask(await stage.guest(), { topic: "sales" });
    const lin = await stage.agent("lin");
    await lin.do("status", { status: "away" });
    assert.equal(codeOf(await ada.ask("assign", { c, agent: "me" })), "forbidden");
    assert.equal(codeOf(await ada.ask("assign", { c: sales, agent: "lin" })), "forbidden");
    await lin.do("assign", { c: sales, agent: "me" });
    assert.equal(codeOf(await ada.ask("assign", { c: sales, agent: "me" })), "forbidden");
  });

  test("nothing is given to who is not online or has no room, and nothing that is closed or not there", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest, agent: ada } = await stage.held();
    await ada.do("status", { status: "online", capacity: 1 });
    const { c: next } = await stage.ask(await stage.guest());
    const sun = await stage.reader("sun");
    const given = async (to: string, what = next): Promise<unknown> => codeOf(await sun.ask("assign", { c: what, agent: to }));
    assert.deepEqual([await given("ada"), await given("lin"), await given("nobody")], ["conflict", "conflict", "not_found"]);
    await guest.peer.do("close", { c });
    assert.deepEqual([await given("me", c), await given("me", "c_nothing")], ["closed", "not_found"]);
    assert.equal(codeOf(await guest.peer.ask("assign", { c: next, agent: "me" })), "forbidden");
  });
};
