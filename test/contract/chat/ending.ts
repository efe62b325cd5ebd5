import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { compare, type Position } from "../../../proto/position.js";
import { call } from "../../support/peer.js";
import { until } from "../../support/until.js";
import { accept, type ChatSuite, codeOf, mids, routings, Stage, text } from "./stage.js";

export const ending: ChatSuite = (at) => {
  const { test } = at;

  test("a closed conversation says so to both sides and takes nothing more", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest, agent } = await stage.held();
    const { pos } = await agent.do("close", { c, reason: "solved" });
    const last = await guest.peer.event("message", (event) => String(event["pos"]) === String(pos));
    assert.deepEqual(routings([last]), ["closed"]);
    assert.equal(codeOf(await guest.peer.ask("send", text(c, "m1"))), "closed");
    assert.equal(codeOf(await agent.ask("send", text(c, "a1"))), "closed");
  });

  test("what was sent before the close is acknowledged again after it, at its place", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest, agent } = await stage.held();
    const { pos } = await guest.peer.do("send", text(c, "m1"));
    await agent.do("close", { c });
    const again = await guest.peer.do("send", text(c, "m1"));
    assert.deepEqual([again["pos"], again["dup"]], [pos, true]);
  });

  test("a visitor who asks again soon reopens the same conversation, positions going on upwards", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest, agent } = await stage.held();
    await guest.peer.do("send", text(c, "m1"));
    const { pos: closed } = await guest.peer.do("close", { c });
    const again = await stage.ask(guest);
    assert.equal(again.c, c);
    assert.deepEqual(mids(again["messages"] as []), ["m1"]);
    assert.ok(compare(again["head"] as Position, closed as Position) > 0);
    await accept(agent, c);
    const { pos } = await guest.peer.do("send", text(c, "m2"));
    assert.ok(compare(pos as Position, again["head"] as Position) > 0);
  });

  test("to close twice is harmless", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest, agent } = await stage.held();
    const first = await agent.do("close", { c });
    const second = await guest.peer.do("close", { c });
    assert.deepEqual(second["pos"], first["pos"]);
  });

  test("a closed conversation can be opened and read", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest } = await stage.held();
    await guest.peer.do("send", text(c, "m1"));
    await guest.peer.do("close", { c });
    const tab = await stage.peer(guest.token);
    const shown = await tab.do("open", { c });
    assert.equal(shown["state"], "closed");
    assert.deepEqual(mids(shown["messages"] as []), ["m1"]);
  });

  test("of two ratings the newest counts, with its own comment or none", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest } = await stage.held();
    await guest.peer.do("rate", { c, score: 1, comment: "slow" });
    await guest.peer.do("close", { c });
    await guest.peer.do("rate", { c, score: 4 });
    const rating = async (): Promise<unknown> => {
      const { body } = await call(at.url, "GET", "/v1/conversations", { token: guest.token });
      return (body["conversations"] as { readonly rating: { readonly score: number } }[])[0]?.rating;
    };
    await until("the list to show the second rating", async () => isDeepStrictEqual(await rating(), { score: 4 }));
  });

  test("a visitor rates with a whole number from 1 to 5", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest, agent } = await stage.held();
    await guest.peer.do("close", { c });
    await guest.peer.do("rate", { c, score: 5, comment: "kind" });
    for (const score of [0, 6, 4.5, "5"]) assert.equal(codeOf(await guest.peer.ask("rate", { c, score })), "bad_request");
    assert.equal(codeOf(await agent.ask("rate", { c, score: 5 })), "forbidden");
  });
};
