import assert from "node:assert/strict";
import type { Frame } from "../../support/peer.js";
import { type ChatSuite, codeOf, mids, Stage, text } from "./stage.js";

export const readingBack: ChatSuite = (at) => {
  const { test } = at;

  test("history pages go back to the beginning and forward to the end, ascending, each message once", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest } = await stage.held();
    const said = Array.from({ length: 12 }, (_, i) => `m${i}`);
    for (const mid of said) await guest.peer.do("send", text(c, mid));
    const back: Frame[] = [];
    for (let more = true; more; ) {
      const page = await guest.peer.do("history", { c, limit: 5, ...(back[0] && { before: back[0]["pos"] }) });
      back.unshift(...(page["messages"] as Frame[]));
      more = page["more"] === true;
    }
    const forward: Frame[] = [];
    for (let more = true; more; ) {
      const page = await guest.peer.do("history", { c, limit: 5, after: forward.at(-1)?.["pos"] ?? [0, 0] });
      forward.push(...(page["messages"] as Frame[]));
      more = page["more"] === true;
    }
    assert.deepEqual(forward, back);
    assert.deepEqual(mids(back), said);
    assert.deepEqual(
      back.map(({ pos }) => (pos as number[])[1]),
      back.map((_, i) => i + 1),
    );
  });

  test("an open says whether its page is all there is", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest } = await stage.held();
    for (const mid of ["m1", "m2", "m3"]) await guest.peer.do("send", text(c, mid));
    const opened = async (limit: number): Promise<unknown[]> => {
      const { messages, complete } = await guest.peer.do("open", { c, limit });
      return [mids(messages as Frame[]), complete];
    };
    assert.deepEqual(await opened(2), [["m2", "m3"], false]);
    assert.deepEqual(await opened(50), [["m1", "m2", "m3"], true]);
  });

  test("a page holds the events themselves, and hidden where this reader may not see", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest, agent } = await stage.held();
    const { pos } = await agent.do("send", { c, mid: "n1", kind: "note", body: { text: "a regular" } });
    await agent.do("send", text(c, "a1"));
    const event = await guest.peer.event("message", ({ mid }) => mid === "a1");
    const forGuest = (await guest.peer.do("history", { c }))["messages"] as Frame[];
    const forAgent = (await agent.do("history", { c }))["messages"] as Frame[];
    assert.deepEqual(forGuest.at(-1), event);
    assert.deepEqual(
      forGuest.find((each) => String(each["pos"]) === String(pos)),
      { pos, kind: "hidden" },
    );
    assert.deepEqual(mids(forAgent), ["n1", "a1"]);
  });

  test("a limit over the maximum is cut, and before together with after is refused", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest } = await stage.held();
    assert.ok(((await guest.peer.do("history", { c, limit: 100_000 }))["messages"] as Frame[]).length > 0);
    assert.equal(codeOf(await guest.peer.ask("history", { c, before: [1, 1], after: [1, 1] })), "bad_request");
  });

  test("a supervisor reads what it never held, a colleague of the topic too, another visitor nothing", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest } = await stage.held();
    await guest.peer.do("send", text(c, "m1"));
    const readers = await Promise.all([stage.reader("sun"), stage.reader("lin")]);
    for (const reader of readers) assert.deepEqual(mids((await reader.do("history", { c }))["messages"] as Frame[]), ["m1"]);
    const other = await stage.guest("Xenia");
    for (const op of ["history", "open", "close"]) await assertHidden(other.peer.ask(op, { c }), op);
    await assertHidden(other.peer.ask("send", text(c, "m2")), "send");
  });
};

async function assertHidden(reply: Promise<Frame>, op: string): Promise<void> {
  assert.equal(codeOf(await reply), "not_found", op);
}
