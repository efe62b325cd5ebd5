import assert from "node:assert/strict";
import { call, type Frame } from "../../support/peer.js";
import { until } from "../../support/until.js";
import { accept, type ChatSuite, codeOf, heard, idsOf, Stage, text } from "./stage.js";

const BLANK = { recalled: true };
const recall = (c: string, mid: string, target: string): object => ({ c, mid, kind: "recall", body: { mid: target } });
const bodyOf = (frames: unknown, mid: string): unknown => (frames as Frame[]).find((frame) => frame["mid"] === mid)?.["body"];

export const takingBack: ChatSuite = (at) => {
  const { test, url } = at;

  test("a visitor takes a message back: the agent hears it live, and no page or resume has its content any more", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest, agent } = await stage.held();
    const { pos, ts } = await guest.peer.do("send", text(c, "m1", "my secret"));
    await guest.peer.do("send", text(c, "m2"));
    await guest.peer.do("send", recall(c, "r1", "m1"));
    assert.deepEqual((await heard(agent, c, "r1"))["body"], { mid: "m1" });
    const reader = await stage.reader("sun");
    const opened = await reader.do("open", { c });
    const paged = await agent.do("history", { c });
    const [epoch, n] = pos as [number, number];
    const resumed = await stage.peer(guest.token, { [c]: [epoch, n - 1] });
    const replayed = await heard(resumed, c, "m1");
    for (const messages of [opened["messages"], paged["messages"], [replayed]]) assert.deepEqual(bodyOf(messages, "m1"), BLANK);
    assert.deepEqual(bodyOf(paged["messages"], "m2"), { text: "this is m2" });
    const { ev, kind, mid, pos: there, ts: then } = replayed;
    assert.deepEqual({ ev, kind, mid, pos: there, ts: then }, { ev: "message", kind: "text", mid: "m1", pos, ts });
    assert.equal(JSON.stringify([opened, paged, resumed.frames]).includes("secret"), false);
  });

  test("the list of conversations shows that the last word was taken back, and not what it was", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest } = await stage.held();
    await guest.peer.do("send", text(c, "m1", "my secret"));
    await guest.peer.do("send", recall(c, "r1", "m1"));
    const lastOf = async (): Promise<Frame | undefined> => {
      const { body } = await call(url, "GET", "/v1/conversations", { token: guest.token });
      return (body["conversations"] as Frame[]).find((row) => row["c"] === c)?.["last"] as Frame | undefined;
    };
    await until("the list to have the recall", async () => (await lastOf())?.["recalled"] === true);
    assert.equal((await lastOf())?.["text"], "");
  });

  test("a recall said again has its first place; so has a late retry of what it took back", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest } = await stage.held();
    const said = await guest.peer.do("send", text(c, "m1"));
    const first = await guest.peer.do("send", recall(c, "r1", "m1"));
    const again = await guest.peer.do("send", recall(c, "r1", "m1"));
    assert.deepEqual([again["pos"], again["dup"]], [first["pos"], true]);
    const retried = await guest.peer.do("send", text(c, "m1"));
    assert.deepEqual([retried["pos"], retried["dup"]], [said["pos"], true]);
    assert.equal(codeOf(await guest.peer.ask("send", text(c, "m1", "other"))), "conflict");
  });

  test("what is not there, not one's own, or a recall already is not_found", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest, agent } = await stage.held();
    await guest.peer.do("send", text(c, "m1"));
    await guest.peer.do("send", recall(c, "r1", "m1"));
    assert.equal(codeOf(await guest.peer.ask("send", recall(c, "r2", "never"))), "not_found");
    assert.equal(codeOf(await agent.ask("send", recall(c, "r2", "m1"))), "not_found");
    assert.equal(codeOf(await guest.peer.ask("send", recall(c, "r2", "r1"))), "not_found");
    const other = await stage.guest("Xenia");
    assert.equal(codeOf(await other.peer.ask("send", recall(c, "r2", "m1"))), "not_found");
  });

  test("an agent takes a note back, also one who only reads along: colleagues see it withdrawn, the visitor is skipped", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest, agent } = await stage.held();
    const lin = await stage.reader("lin");
    for (const [author, note] of [
      [agent, "n1"],
      [lin, "n2"],
    ] as const) {
      await author.do("send", { c, mid: note, kind: "note", body: { text: "a regular" } });
      const { pos } = await author.do("send", recall(c, `r ${note}`, note));
      await guest.peer.event("skip", (skip) => String(skip["pos"]) === String(pos));
      assert.deepEqual(bodyOf((await agent.do("history", { c }))["messages"], note), BLANK);
      assert.equal(bodyOf((await guest.peer.do("history", { c }))["messages"], `r ${note}`), undefined);
    }
  });

  test("who no longer holds the conversation takes nothing back that it said to the visitor", async (t) => {
    const stage = new Stage(t, at);
    const { c, agent } = await stage.held();
    await agent.do("send", text(c, "a1"));
    const lin = await stage.agent("lin");
    await agent.do("transfer", { c, to: { agent: idsOf(at).lin } });
    await accept(lin, c);
    assert.equal(codeOf(await agent.ask("send", recall(c, "r1", "a1"))), "not_assigned");
  });

  test("in a closed conversation nothing is taken back", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest } = await stage.held();
    await guest.peer.do("send", text(c, "m1"));
    await guest.peer.do("close", { c });
    assert.equal(codeOf(await guest.peer.ask("send", recall(c, "r1", "m1"))), "closed");
  });
};
