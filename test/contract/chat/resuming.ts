import assert from "node:assert/strict";
import type { Position } from "../../../proto/position.js";
import type { Frame } from "../../support/peer.js";
import { type ChatSuite, codeOf, heard, mids, offered, Stage, text } from "./stage.js";

type Resumed = Readonly<Record<string, { readonly head?: Position; readonly gap?: boolean; readonly error?: { readonly code: string } }>>;

function resumedOf(frame: Frame | undefined): Resumed {
  return (frame?.["resumed"] ?? {}) as Resumed;
}

export const resuming: ChatSuite = (at) => {
  const { test } = at;

  test("a visitor whose line broke sees each missed message once, in order, and then what follows", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest, agent } = await stage.held();
    const { pos } = await agent.do("send", text(c, "seen"));
    await heard(guest.peer, c, "seen");
    guest.peer.cut();
    const missed = Array.from({ length: 15 }, (_, i) => `missed ${i}`);
    for (const mid of missed) await agent.do("send", text(c, mid));
    const back = await stage.peer(guest.token, { [c]: pos as Position });
    await agent.do("send", text(c, "live"));
    await heard(back, c, "live");
    assert.deepEqual(mids(back.events("message", c)), [...missed, "live"]);
    assert.equal(resumedOf(back.frames[0])[c]?.gap, undefined);
    assert.deepEqual(back.events("gap", c), []);
  });

  test("notes that were missed are skips, so that a reader can check that nothing is missing", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest, agent } = await stage.held();
    const { pos } = await agent.do("send", text(c, "seen"));
    guest.peer.cut();
    await agent.do("send", { c, mid: "n1", kind: "note", body: { text: "a regular" } });
    await agent.do("send", text(c, "missed"));
    const back = await stage.peer(guest.token, { [c]: pos as Position });
    await heard(back, c, "missed");
    const [epoch, n] = pos as Position;
    const places = back.frames.filter(({ ev }) => ev === "skip" || ev === "message").map(({ pos: place }) => place);
    assert.deepEqual(places, [
      [epoch, n + 1],
      [epoch, n + 2],
    ]);
  });

  test("the hello reply comes before the replay and says where each conversation stands", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest, agent } = await stage.held();
    const { pos } = await agent.do("send", text(c, "seen"));
    const { pos: head } = await agent.do("send", text(c, "missed"));
    const back = await stage.peer(guest.token, { [c]: pos as Position });
    await heard(back, c, "missed");
    assert.deepEqual(resumedOf(back.frames[0]), { [c]: { head } });
  });

  test("an agent who comes back is told its offers after the hello reply, and before what it missed", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest, agent } = await stage.held();
    const { pos } = await agent.do("send", text(c, "seen"));
    const other = await stage.ask(await stage.guest("Xenia"));
    await offered(agent, other.c);
    await guest.peer.do("send", text(c, "missed"));
    const back = await stage.reader("ada", { [c]: pos as Position });
    await heard(back, c, "missed");
    const order = back.frames.filter(({ re, ev }) => re !== undefined || ev === "offer" || ev === "message");
    assert.deepEqual(
      order.map(({ re, ev, c: of }) => (re === undefined ? [ev, of] : ["reply"])),
      [["reply"], ["offer", other.c], ["message", c]],
    );
  });

  test("a position that the server does not have is answered with the head and a gap", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest, agent } = await stage.held();
    const { pos: head } = await agent.do("send", text(c, "seen"));
    const [epoch, n] = head as Position;
    const back = await stage.peer(guest.token, { [c]: [epoch, n + 50] });
    const gap = await back.event("gap", (event) => event["c"] === c);
    assert.deepEqual([gap["after"], gap["head"]], [[epoch, n + 50], head]);
    assert.deepEqual(resumedOf(back.frames[0])[c], { head, gap: true });
    await agent.do("send", text(c, "live"));
    assert.deepEqual((await heard(back, c, "live"))["pos"], [epoch, n + 1]);
  });

  test("what may not be read is an error of its own and keeps no other conversation back", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest, agent } = await stage.held();
    const { pos } = await agent.do("send", text(c, "seen"));
    const stranger = await stage.guest("Xenia");
    const other = await stage.ask(stranger);
    const back = await stage.peer(guest.token, { [c]: pos as Position, [other.c]: [1, 1], nothing: [1, 1] });
    const resumed = resumedOf(back.frames[0]);
    assert.deepEqual([resumed[c]?.head, resumed[other.c]?.error?.code, resumed["nothing"]?.error?.code], [pos, "not_found", "not_found"]);
  });

  test("a hello that resumes more than a hundred is refused", async (t) => {
    const stage = new Stage(t, at);
    const { token } = await stage.guest();
    const peer = await stage.stranger();
    const resume = Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`c${i}`, [1, 1]]));
    assert.equal(codeOf(await peer.ask("hello", { token, resume })), "bad_request");
    assert.equal((await peer.over()).code, 4200);
  });
};
