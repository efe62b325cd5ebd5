import assert from "node:assert/strict";
import { accept, type ChatSuite, codeOf, idsOf, offered, Stage, text } from "./stage.js";

export const supervising: ChatSuite = (at) => {
  const { test } = at;

  test("explain tells what was decided and why, with those who were passed over", async (t) => {
    const stage = new Stage(t, at);
    const { c, agent } = await stage.held();
    const decisions = (await agent.do("explain", { c }))["decisions"] as { readonly event: string; readonly reason: string }[];
    assert.deepEqual(
      decisions.map(({ event }) => event),
      ["queued", "offered", "assigned"],
    );
    assert.ok(decisions.every(({ reason }) => reason.length > 0));
  });

  test("a supervisor sees who waits and how the agents are loaded, an agent its topics' counts", async (t) => {
    const stage = new Stage(t, at);
    const { agent: ada } = await stage.held();
    await ada.do("status", { status: "away" });
    const { c } = await stage.ask(await stage.guest());
    const sun = await stage.reader("sun");
    const queue = await sun.do("queue");
    assert.ok((queue["waiting"] as { readonly c: string }[]).some((each) => each.c === c));
    const agents = queue["agents"] as { readonly id: string; readonly load: number; readonly status: string }[];
    assert.deepEqual(
      agents.filter(({ id }) => id === idsOf(at).ada).map(({ load, status }) => [load, status]),
      [[1, "away"]],
    );
    const counts = await ada.do("queue");
    assert.equal(counts["waiting"], undefined);
    assert.ok((counts["topics"] as { readonly topic: string; readonly waiting: number }[]).some(({ topic }) => topic === "support"));
  });

  test("who watches the queue is told when it changes", async (t) => {
    const stage = new Stage(t, at);
    const sun = await stage.reader("sun");
    await sun.do("queue", { watch: true });
    await stage.ask(await stage.guest());
    await sun.event("queue_changed");
  });

  test("the inbox shows what the agent holds, with what was said last, and what it is offered", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest, agent } = await stage.held();
    await guest.peer.do("send", text(c, "m1", "Hello?"));
    const { c: next } = await stage.ask(await stage.guest());
    const { offer } = await offered(agent, next);
    const inbox = await agent.do("inbox");
    const held = (inbox["conversations"] as { readonly c: string; readonly unread: number; readonly last: { readonly mid: string } }[])[0];
    assert.deepEqual([held?.c, held?.unread, held?.last.mid], [c, 1, "m1"]);
    assert.deepEqual(
      (inbox["offers"] as { readonly offer: string }[]).map((each) => each.offer),
      [offer],
    );
  });

  test("an agent at its capacity is offered nothing more until it has room", async (t) => {
    const stage = new Stage(t, at);
    const { c, agent } = await stage.held();
    await agent.do("status", { status: "online", capacity: 1 });
    const { c: next } = await stage.ask(await stage.guest());
    await agent.do("ping");
    assert.equal(agent.events("offer", next).length, 0);
    await agent.do("close", { c });
    await accept(agent, next);
  });

  test("a supervisor writes where it holds nothing", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest } = await stage.held();
    const sun = await stage.reader("sun");
    await sun.do("send", text(c, "s1"));
    assert.deepEqual((await guest.peer.event("message", ({ mid }) => mid === "s1"))["from"], {
      ...(sun.frames[0]?.["user"] as object),
      id: idsOf(at).sun,
      role: "supervisor",
    });
  });

  test("what belongs to agents is forbidden to visitors", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest } = await stage.held();
    const asked = [
      ["status", { status: "online" }],
      ["inbox", {}],
      ["queue", {}],
      ["explain", { c }],
      ["transfer", { c, to: { agent: idsOf(at).lin } }],
    ] as const;
    for (const [op, fields] of asked) assert.equal(codeOf(await guest.peer.ask(op, fields)), "forbidden", op);
  });
};
