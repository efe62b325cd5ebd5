import assert from "node:assert/strict";
import type { Position } from "../../proto/position.js";
import { type ChatSuite, codeOf, type Held, heard, mids, placesIn, Stage, text } from "../contract/chat/stage.js";
import { call, type Frame } from "../support/peer.js";

const SAID = 12;

/** What is promised of every conversation: one order without holes, each message once, and the same answer for what is not there and what is not yours. */
export const promises: ChatSuite = (at) => {
  const { test, url } = at;

  const placeOf = ({ pos }: Frame): number => (pos as Position)[1];
  const ascending = (first: number, count: number): number[] => Array.from({ length: count }, (_, i) => first + i);

  /** Both talk at once. */
  async function talked({ c, guest, agent }: Held): Promise<void> {
    const both = ascending(0, SAID).flatMap((i) => [guest.peer.do("send", text(c, `v${i}`)), agent.do("send", text(c, `a${i}`))]);
    await Promise.all(both);
    for (const last of [`v${SAID - 1}`, `a${SAID - 1}`]) await Promise.all([heard(guest.peer, c, last), heard(agent, c, last)]);
  }

  test("positions have no hole for either side while both talk at once", async (t) => {
    const stage = new Stage(t, at);
    const held = await stage.held();
    await talked(held);
    const places = placesIn(held.opened, held.guest.peer);
    assert.deepEqual(places, ascending(1, places.length));
    assert.ok(places.length >= 2 * SAID);
  });

  test("everybody is shown the same order: both sides, a second connection, and history", async (t) => {
    const stage = new Stage(t, at);
    const held = await stage.held();
    const { c, guest, agent } = held;
    await talked(held);
    const history = mids((await agent.do("history", { c, limit: 200 }))["messages"] as Frame[]);
    const tab = await (await stage.peer(guest.token)).do("open", { c, limit: 200 });
    assert.equal(history.length, 2 * SAID);
    for (const seen of [guest.peer.events("message", c), agent.events("message", c), tab["messages"] as Frame[]])
      assert.deepEqual(mids(seen), history);
  });

  test("events come in the order of their positions", async (t) => {
    const held = await new Stage(t, at).held();
    await talked(held);
    const places = held.agent.events("message", held.c).map(placeOf);
    assert.deepEqual(
      places,
      [...places].sort((a, b) => a - b),
    );
  });

  test("whoever resumes from any position is shown the rest, and nothing else", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest, agent } = await stage.held();
    const replies: Frame[] = [];
    for (const mid of ["m1", "m2", "m3", "m4"]) replies.push(await agent.do("send", text(c, mid)));
    for (const [i, { pos }] of replies.entries()) {
      const back = await stage.peer(guest.token, { [c]: pos as Position });
      const rest = ["m1", "m2", "m3", "m4"].slice(i + 1);
      for (const mid of rest) await heard(back, c, mid);
      assert.deepEqual(mids(back.events("message", c)), rest);
      assert.deepEqual(back.events("gap", c), []);
    }
  });

  test("history pages of any size are the same conversation, each place in it once", async (t) => {
    const held = await new Stage(t, at).held();
    const { c, agent } = held;
    await talked(held);
    for (const limit of [1, 7, 200]) {
      const read: Frame[] = [];
      for (let more = true; more; ) {
        const page = await agent.do("history", { c, limit, after: read.at(-1)?.["pos"] ?? [0, 0] });
        read.push(...(page["messages"] as Frame[]));
        more = page["more"] === true;
      }
      assert.deepEqual(read.map(placeOf), ascending(1, read.length), `pages of ${limit}`);
    }
  });

  test("a mid that is sent again and again, over every way there is, keeps its place and is seen once", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest, agent } = await stage.held();
    const first = await guest.peer.do("send", text(c, "m1"));
    const tab = await stage.peer(guest.token);
    const again = [
      await guest.peer.do("send", text(c, "m1")),
      await tab.do("send", { ...text(c, "m1"), since: first["pos"] }),
      (await call(url, "POST", "/v1/messages", { token: guest.token, body: text(c, "m1") })).body,
    ];
    for (const { pos, dup } of again) assert.deepEqual([pos, dup], [first["pos"], true]);
    await guest.peer.do("send", text(c, "m2"));
    await heard(agent, c, "m2");
    assert.deepEqual(mids((await agent.do("history", { c }))["messages"] as Frame[]), ["m1", "m2"]);
  });

  test("what is not there and what is somebody else's are refused in the same words, on a socket and over HTTP", async (t) => {
    const stage = new Stage(t, at);
    const { c } = await stage.held();
    const { peer, token } = await stage.guest("Xenia");
    const words = async (id: string): Promise<string> => {
      const asked = [
        ...[await peer.ask("open", { c: id }), await peer.ask("history", { c: id }), await peer.ask("send", text(id, "m1"))],
        ...[await peer.ask("close", { c: id }), await peer.ask("rate", { c: id, score: 1 })],
      ];
      const page = await call(url, "GET", `/v1/conversations/${id}/messages`, { token });
      const sent = await call(url, "POST", "/v1/messages", { token, body: text(id, "m2") });
      return JSON.stringify([...asked.map(({ error }) => error), page.status, page.body, sent.status, sent.body]).replaceAll(id, "c");
    };
    assert.equal(await words(c), await words("c_nothing"));
  });

  test("a note is nowhere to be seen for the visitor: not live, not in a page, not in what it resumes", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest, agent } = await stage.held();
    const { pos } = await agent.do("send", text(c, "a1"));
    await agent.do("send", { c, mid: "n1", kind: "note", body: { text: "hush-hush" } });
    await agent.do("send", text(c, "a2"));
    await heard(guest.peer, c, "a2");
    const back = await stage.peer(guest.token, { [c]: pos as Position });
    await heard(back, c, "a2");
    const page = await guest.peer.do("history", { c });
    for (const shown of [guest.peer.frames, back.frames, page]) assert.doesNotMatch(JSON.stringify(shown), /hush-hush/);
  });

  test("every command is answered exactly once", async (t) => {
    const { peer } = await new Stage(t, at).guest();
    const replies = await Promise.all(ascending(0, 20).map(() => peer.do("ping")));
    const ids = replies.map(({ re }) => re);
    assert.equal(new Set(ids).size, 20);
    await peer.do("ping");
    assert.equal(peer.frames.filter(({ re }) => ids.includes(re)).length, 20);
  });

  test("hello announces what holds: limits that are numbers, a time to ping, and a token that is not over", async (t) => {
    const { peer } = await new Stage(t, at).guest();
    const { limits, ping_ms, now, expires_at } = peer.frames[0] as unknown as Record<string, number> & { limits: Record<string, number> };
    for (const name of ["frame_bytes", "text_bytes", "in_flight", "sends_per_s", "history_max"]) assert.ok((limits[name] ?? 0) > 0, name);
    assert.ok((ping_ms ?? 0) > 0 && (expires_at ?? 0) > (now ?? Number.POSITIVE_INFINITY));
  });

  test("an error says whether to try again, and one that says so names no other code next time than it must", async (t) => {
    const { peer } = await new Stage(t, at).guest();
    const { error } = (await peer.ask("history", { c: "c_nothing" })) as { error?: Frame };
    assert.deepEqual([error?.["code"], error?.["retry"], typeof error?.["message"]], ["not_found", undefined, "string"]);
  });

  test("what was refused left nothing behind", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest, agent } = await stage.held();
    assert.equal(codeOf(await guest.peer.ask("send", { c, mid: "n1", kind: "note", body: { text: "x" } })), "forbidden");
    assert.equal(codeOf(await (await stage.reader("lin")).ask("send", text(c, "l1"))), "not_assigned");
    await guest.peer.do("send", text(c, "m1"));
    assert.deepEqual(mids((await agent.do("history", { c }))["messages"] as Frame[]), ["m1"]);
  });
};
