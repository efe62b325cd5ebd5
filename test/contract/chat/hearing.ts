import assert from "node:assert/strict";
import { needing } from "../suite.js";
import { type ChatSuite, codeOf, idsOf, Stage, text } from "./stage.js";

export const hearing: ChatSuite = (at) => {
  const { test, cannot = {} } = at;
  const signalled = needing(test, "signals", cannot);

  signalled("marks reach the other side, and stand in the members of whoever opens later", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest, agent } = await stage.held();
    const { pos } = await guest.peer.do("send", text(c, "m1"));
    await agent.do("mark", { c, got: pos, read: pos });
    const mark = await guest.peer.event("mark", (event) => event["c"] === c && event["user"] === idsOf(at).ada);
    assert.deepEqual(mark["read"], pos);
    const tab = await stage.peer(guest.token);
    const members = (await tab.do("open", { c }))["members"] as { readonly id: string; readonly read?: unknown }[];
    assert.deepEqual(members.find(({ id }) => id === idsOf(at).ada)?.read, pos);
  });

  test("a mark never moves back, and one beyond the head is refused", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest, agent } = await stage.held();
    const { pos } = await guest.peer.do("send", text(c, "m1"));
    const [epoch, n] = pos as [number, number];
    await agent.do("mark", { c, read: pos });
    await agent.do("mark", { c, read: [epoch, 1] });
    assert.equal(codeOf(await agent.ask("mark", { c, read: [epoch, n + 100] })), "bad_request");
    const tab = await stage.peer(guest.token);
    const members = (await tab.do("open", { c }))["members"] as { readonly id: string; readonly read?: unknown }[];
    assert.deepEqual(members.find(({ id }) => id === idsOf(at).ada)?.read, pos);
  });

  signalled("typing is shown to the other side, its preview to agents only, and not to who types", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest, agent } = await stage.held();
    guest.peer.raw(JSON.stringify({ op: "typing", c, text: "Where is" }));
    const atAgent = await agent.event("typing", (event) => event["c"] === c);
    assert.deepEqual([atAgent["user"], atAgent["text"]], [guest.id, "Where is"]);
    agent.raw(JSON.stringify({ op: "typing", c, text: "Let me" }));
    const atGuest = await guest.peer.event("typing", (event) => event["c"] === c);
    assert.deepEqual([atGuest["user"], atGuest["text"]], [idsOf(at).ada, undefined]);
    assert.equal(agent.events("typing", c).length, 1);
  });

  test("who leaves with its last socket is offline, and who comes back is online", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest, agent } = await stage.held();
    const tab = await stage.peer(guest.token);
    await tab.do("open", { c });
    await guest.peer.close();
    await tab.close();
    await agent.event("presence", (event) => event["user"] === guest.id && event["online"] === false);
    const back = await stage.peer(guest.token);
    await back.do("open", { c });
    await agent.until(() => agent.events("presence", c).at(-1)?.["online"] === true, "the visitor to be back");
  });

  test("nothing of a conversation comes after it was left", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest, agent } = await stage.held();
    await guest.peer.do("leave", { c });
    const before = guest.peer.frames.length;
    await agent.do("send", text(c, "a1"));
    await guest.peer.do("ping");
    assert.deepEqual(
      guest.peer.frames.slice(before).map((frame) => frame["ev"]),
      [undefined],
    );
  });

  test("a pong names the server's time and how far each open conversation was delivered", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest } = await stage.held();
    const { pos } = await guest.peer.do("send", text(c, "m1"));
    await guest.peer.event("message", (event) => event["mid"] === "m1");
    const pong = await guest.peer.do("ping");
    assert.deepEqual((pong["heads"] as Record<string, unknown>)[c], pos);
    assert.ok(Number.isSafeInteger(pong["now"]));
  });
};
