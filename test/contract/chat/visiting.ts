import assert from "node:assert/strict";
import type { Frame, Peer } from "../../support/peer.js";
import { until } from "../../support/until.js";
import { needing } from "../suite.js";
import { type ChatSuite, codeOf, offered, Stage } from "./stage.js";

const visitorIn = async (agent: Peer, c: string): Promise<Frame | undefined> =>
  ((await agent.do("inbox"))["conversations"] as Frame[]).find((held) => held["c"] === c)?.["visitor"] as Frame | undefined;

export const visiting: ChatSuite = (at) => {
  const { test } = at;

  test("agents who have the conversation open hear on which page the visitor is, and nobody else", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest, agent } = await stage.held();
    const tab = await stage.peer(guest.token);
    await tab.do("open", { c });
    await guest.peer.do("visit", { url: "https://shop.example/tea", title: "Tea" });
    assert.deepEqual(await agent.event("visit"), { ev: "visit", c, user: guest.id, url: "https://shop.example/tea", title: "Tea" });
    await tab.do("ping");
    assert.deepEqual([...tab.events("visit"), ...guest.peer.events("visit")], []);
  });

  needing(
    test,
    "frames",
    at.cannot ?? {},
  )("inbox and offers show the page the visitor is on, and what it told of itself", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest, agent } = await stage.held();
    await guest.peer.do("visit", { url: "https://shop.example/a", title: "A", attributes: { plan: "gold" } });
    const tab = await stage.peer(guest.token);
    await tab.do("visit", { url: "https://shop.example/b" });
    await until("the inbox to show the page", async () => (await visitorIn(agent, c))?.["url"] === "https://shop.example/b");
    const shown = await visitorIn(agent, c);
    assert.deepEqual([shown?.["attributes"], shown && "title" in shown], [{ plan: "gold" }, false]);
    const other = await stage.ask(guest, { topic: "sales" });
    const { offer } = await offered(agent, other.c);
    const { visitor } = await agent.event("offer", (event) => event["offer"] === offer);
    assert.equal((visitor as Frame)["url"], "https://shop.example/b");
  });

  test("more than one visit in a second is rate_limited, and without an id it is not even answered", async (t) => {
    const stage = new Stage(t, at);
    const { peer } = await stage.guest();
    const visits = await Promise.all([1, 2].map((n) => peer.ask("visit", { url: `https://shop.example/${n}` })));
    const refused = visits.flatMap(({ error }) => (error === undefined ? [] : [error as Frame]));
    assert.deepEqual(
      refused.map(({ code, retry_after_ms }) => [code, Number(retry_after_ms) > 0]),
      [["rate_limited", true]],
    );
    const before = peer.frames.length;
    peer.raw(JSON.stringify({ op: "visit", url: "https://shop.example/3" }));
    await peer.do("ping");
    assert.equal(peer.frames.length, before + 1);
  });

  test("attributes over their limit are too_large, and an agent visits nothing", async (t) => {
    const stage = new Stage(t, at);
    const { peer } = await stage.guest();
    const attributes = { much: "x".repeat(9 * 1_024) };
    assert.equal(codeOf(await peer.ask("visit", { url: "https://shop.example", attributes })), "too_large");
    const ada = await stage.reader("ada");
    assert.equal(codeOf(await ada.ask("visit", { url: "https://shop.example" })), "forbidden");
  });
};
