import assert from "node:assert/strict";
import { accept, type ChatSuite, codeOf, idsOf, offered, placesIn, routings, Stage } from "./stage.js";

export const asking: ChatSuite = (at) => {
  const { test } = at;

  test("a visitor who asks gets a queued conversation that begins at position 1, and a place in the queue", async (t) => {
    const stage = new Stage(t, at);
    const opened = await stage.ask(await stage.guest());
    assert.equal(opened["state"], "queued");
    const [first] = opened["messages"] as { readonly pos: readonly number[]; readonly body: object }[];
    assert.equal(first?.pos[1], 1);
    assert.deepEqual(routings(opened["messages"] as []), ["queued"]);
    assert.equal(opened["complete"], true);
    assert.equal((opened["queue"] as { readonly position: number }).position, 1);
  });

  test("a free agent is offered the conversation with who asks and what for, and accept shows it", async (t) => {
    const stage = new Stage(t, at);
    const agent = await stage.agent("ada");
    const guest = await stage.guest("Nora");
    const { c } = await stage.ask(guest, { topic: "support", attributes: { order: "17" } });
    const offer = await agent.event("offer", (event) => event["c"] === c);
    assert.equal((offer["visitor"] as { readonly name: string }).name, "Nora");
    assert.deepEqual((offer["ask"] as { readonly attributes: object }).attributes, { order: "17" });
    assert.ok(Number(offer["expires_ms"]) > 0);
    assert.ok(Number(offer["waited_ms"]) < 1_000, `offered after ${offer["waited_ms"]} ms, though an agent was free`);
    const shown = await accept(agent, c);
    assert.equal(shown["state"], "active");
    assert.equal(shown["assignee"], idsOf(at).ada);
    assert.deepEqual(routings(shown["messages"] as []), ["queued", "offered", "assigned"]);
    await agent.event("assigned", (event) => event["c"] === c);
    await agent.event("offer_end", (event) => event["c"] === c && event["reason"] === "accepted");
  });

  test("the visitor sees who has it, and a skip in the place of what is the agents' business", async (t) => {
    const stage = new Stage(t, at);
    const { c, opened, guest } = await stage.held();
    const assigned = await guest.peer.event("message", (event) => event["c"] === c && event["kind"] === "routing");
    assert.equal((assigned["body"] as { readonly assignee: string }).assignee, idsOf(at).ada);
    assert.deepEqual(placesIn(opened, guest.peer), [1, 2, 3]);
    assert.deepEqual(routings([...(opened["messages"] as []), ...guest.peer.events("message", c)]), ["queued", "assigned"]);
  });

  test("two tabs that ask for the same topic get the same conversation", async (t) => {
    const stage = new Stage(t, at);
    const guest = await stage.guest();
    const tab = await stage.peer(guest.token);
    const [one, other] = await Promise.all([stage.ask(guest), tab.do("open", { ask: { topic: "support" } })]);
    assert.equal(other["c"], one.c);
  });

  test("who asks for another topic gets another conversation, and without one the tenant's default", async (t) => {
    const stage = new Stage(t, at);
    const guest = await stage.guest();
    const support = await stage.ask(guest, { topic: "support" });
    const sales = await stage.ask(guest, { topic: "sales" });
    const any = await stage.ask(guest, {});
    assert.notEqual(sales.c, support.c);
    assert.equal(any.c, support.c);
  });

  test("a topic that the tenant does not have is not found", async (t) => {
    const stage = new Stage(t, at);
    const { peer } = await stage.guest();
    assert.equal(codeOf(await peer.ask("open", { ask: { topic: "astrology" } })), "not_found");
  });

  test("only visitors ask", async (t) => {
    const stage = new Stage(t, at);
    const ada = await stage.reader("ada");
    assert.equal(codeOf(await ada.ask("open", { ask: {} })), "forbidden");
  });

  test("accept succeeds on two devices of the agent, and is a conflict for an offer that is over", async (t) => {
    const stage = new Stage(t, at);
    const ada = await stage.agent("ada");
    const phone = await stage.reader("ada");
    const { c } = await stage.ask(await stage.guest());
    const offer = await offered(phone, c);
    const [one, other] = await Promise.all([ada.do("accept", offer), phone.do("accept", offer)]);
    assert.deepEqual([one["assignee"], other["assignee"]], [idsOf(at).ada, idsOf(at).ada]);
    const lin = await stage.reader("lin");
    assert.equal(codeOf(await lin.ask("accept", offer)), "conflict");
  });
};
