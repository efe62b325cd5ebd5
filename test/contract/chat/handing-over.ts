import assert from "node:assert/strict";
import { accept, type ChatSuite, codeOf, heard, idsOf, mids, offered, routings, Stage, text } from "./stage.js";

export const handingOver: ChatSuite = (at) => {
  const { test } = at;

  test("a transfer to a colleague is offered to that one, with what was said and the note", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest, agent: ada } = await stage.held();
    const lin = await stage.agent("lin");
    await guest.peer.do("send", text(c, "m1"));
    await ada.do("transfer", { c, to: { agent: idsOf(at).lin }, note: "speaks Chinese" });
    await ada.event("released", (event) => event["c"] === c);
    const shown = await accept(lin, c);
    assert.equal(shown["assignee"], idsOf(at).lin);
    const messages = shown["messages"] as { readonly kind: string; readonly body: { readonly text?: string } }[];
    assert.ok(messages.some(({ kind, body }) => kind === "note" && body.text === "speaks Chinese"));
    await lin.do("send", text(c, "l1"));
    await heard(guest.peer, c, "l1");
    assert.ok(routings(guest.peer.events("message", c)).includes("transferred"));
  });

  test("who handed over hears nothing more, may not write, and may still read", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest, agent: ada } = await stage.held();
    const lin = await stage.agent("lin");
    await ada.do("transfer", { c, to: { agent: idsOf(at).lin } });
    await accept(lin, c);
    assert.equal(codeOf(await ada.ask("send", text(c, "late"))), "not_assigned");
    await guest.peer.do("send", text(c, "m1"));
    await heard(lin, c, "m1");
    await ada.do("ping");
    assert.deepEqual(mids(ada.events("message", c)), []);
    const shown = await ada.do("open", { c });
    assert.deepEqual(mids(shown["messages"] as []), ["m1"]);
    await ada.do("send", { c, mid: "n1", kind: "note", body: { text: "one more thing" } });
    assert.equal(codeOf(await lin.ask("send", text(c, "l1"))), undefined);
  });

  test("what the former assignee had sent is acknowledged again, not refused", async (t) => {
    const stage = new Stage(t, at);
    const { c, agent: ada } = await stage.held();
    const lin = await stage.agent("lin");
    const { pos } = await ada.do("send", text(c, "a1"));
    await ada.do("transfer", { c, to: { agent: idsOf(at).lin } });
    await accept(lin, c);
    const again = await ada.do("send", text(c, "a1"));
    assert.deepEqual([again["pos"], again["dup"]], [pos, true]);
  });

  test("a transfer to a topic goes to an agent of that topic, the sender passed over", async (t) => {
    const stage = new Stage(t, at);
    const { c, agent: ada } = await stage.held();
    const lin = await stage.agent("lin");
    await ada.do("transfer", { c, to: { topic: "sales" } });
    const offer = await lin.event("offer", (event) => event["c"] === c);
    assert.equal((offer["ask"] as { readonly topic: string }).topic, "sales");
    assert.equal((await accept(lin, c))["assignee"], idsOf(at).lin);
  });

  test("a declined offer goes on to the next agent", async (t) => {
    const stage = new Stage(t, at);
    const [ada, lin] = [await stage.agent("ada"), await stage.agent("lin")];
    const { c } = await stage.ask(await stage.guest());
    const first = await Promise.race([offered(ada, c).then(() => [ada, lin] as const), offered(lin, c).then(() => [lin, ada] as const)]);
    const [asked, next] = first;
    await asked.do("decline", { ...(await offered(asked, c)), reason: "lunch" });
    await asked.event("offer_end", (event) => event["c"] === c && event["reason"] === "declined");
    await accept(next, c);
  });

  test("only who holds it hands it over, and not to nobody", async (t) => {
    const stage = new Stage(t, at);
    const { c, agent: ada } = await stage.held();
    const lin = await stage.agent("lin");
    assert.equal(codeOf(await lin.ask("transfer", { c, to: { agent: idsOf(at).lin } })), "not_assigned");
    assert.equal(codeOf(await ada.ask("transfer", { c, to: { agent: "nobody" } })), "not_found");
    assert.equal(codeOf(await ada.ask("transfer", { c, to: { topic: "astrology" } })), "not_found");
    assert.equal(codeOf(await ada.ask("transfer", { c, to: {} })), "bad_request");
  });
};
