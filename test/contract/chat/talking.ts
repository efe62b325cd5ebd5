import assert from "node:assert/strict";
import { type ChatSuite, codeOf, heard, idsOf, mids, placesIn, Stage, text } from "./stage.js";

export const talking: ChatSuite = (at) => {
  const { test } = at;

  test("both sides hear each other, at the positions the replies name, without a hole", async (t) => {
    const stage = new Stage(t, at);
    const { c, opened, guest, agent } = await stage.held();
    const asked = await guest.peer.do("send", text(c, "v1", "Where is my tea?"));
    const answered = await agent.do("send", text(c, "a1", "On its way."));
    const atAgent = await heard(agent, c, "v1");
    const atGuest = await heard(guest.peer, c, "a1");
    assert.deepEqual(atAgent["pos"], asked["pos"]);
    assert.deepEqual(atGuest["pos"], answered["pos"]);
    assert.deepEqual([atAgent["body"], atAgent["ts"]], [{ text: "Where is my tea?" }, asked["ts"]]);
    assert.deepEqual(atGuest["from"], { ...(agent.frames[0]?.["user"] as object), id: idsOf(at).ada, role: "agent" });
    assert.deepEqual(placesIn(opened, guest.peer), [1, 2, 3, 4, 5]);
  });

  test("sends of one socket take positions in the order they were sent", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest, agent } = await stage.held();
    const said = Array.from({ length: 20 }, (_, i) => `m${i}`);
    const replies = await Promise.all(said.map((mid) => guest.peer.do("send", text(c, mid))));
    const places = replies.map(({ pos }) => (pos as number[])[1] as number);
    assert.deepEqual(
      places,
      said.map((_, i) => (places[0] as number) + i),
    );
    await heard(agent, c, "m19");
    assert.deepEqual(mids(agent.events("message", c)), said);
  });

  test("the same mid with the same content is the same message: same place, dup, one event", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest, agent } = await stage.held();
    const first = await guest.peer.do("send", text(c, "m1"));
    const tab = await stage.peer(guest.token);
    const again = await tab.do("send", text(c, "m1"));
    assert.deepEqual([again["pos"], again["ts"], again["dup"]], [first["pos"], first["ts"], true]);
    assert.equal(first["dup"], undefined);
    await guest.peer.do("send", text(c, "m2"));
    await heard(agent, c, "m2");
    assert.deepEqual(mids(agent.events("message", c)), ["m1", "m2"]);
  });

  test("the same mid at the same moment from two sockets is one message", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest } = await stage.held();
    const tab = await stage.peer(guest.token);
    const replies = await Promise.all([guest.peer, tab, guest.peer, tab].map((peer) => peer.do("send", text(c, "m1"))));
    assert.equal(new Set(replies.map(({ pos }) => String(pos))).size, 1);
    assert.equal(replies.filter(({ dup }) => dup !== true).length, 1);
  });

  test("the same mid with other content is a conflict and changes nothing", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest, agent } = await stage.held();
    await guest.peer.do("send", text(c, "m1", "one"));
    assert.equal(codeOf(await guest.peer.ask("send", text(c, "m1", "two"))), "conflict");
    await guest.peer.do("send", text(c, "m2"));
    await heard(agent, c, "m2");
    assert.deepEqual((await heard(agent, c, "m1"))["body"], { text: "one" });
    assert.deepEqual(mids(agent.events("message", c)), ["m1", "m2"]);
  });

  test("the same mid of the other side is another message", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest, agent } = await stage.held();
    const one = await guest.peer.do("send", text(c, "m1"));
    const other = await agent.do("send", text(c, "m1"));
    assert.notDeepEqual(other["pos"], one["pos"]);
    assert.equal(other["dup"], undefined);
  });

  test("an own message comes to the sender's other tab too", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest } = await stage.held();
    const tab = await stage.peer(guest.token);
    await tab.do("open", { c });
    await guest.peer.do("send", text(c, "m1"));
    await heard(tab, c, "m1");
    await heard(guest.peer, c, "m1");
  });

  test("every kind a visitor and an agent may send arrives as it was sent", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest, agent } = await stage.held();
    const file = { name: "tin.png", mime: "image/png", bytes: 12, url: "https://shop.example/tin.png" };
    const card = { title: "Tea", text: "Two tins", actions: [{ label: "Yes", reply: "yes" }] };
    await guest.peer.do("send", { c, mid: "f", kind: "file", body: file });
    await agent.do("send", { c, mid: "k", kind: "card", body: card });
    assert.deepEqual((await heard(agent, c, "f"))["body"], file);
    assert.deepEqual((await heard(guest.peer, c, "k"))["body"], card);
  });

  test("any text comes back as it was written", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest, agent } = await stage.held();
    const said = 'Grüße, 茶 🍵 "quoted" \\ back\u2028line\nnew\u0000nul';
    await guest.peer.do("send", text(c, "m1", said));
    assert.deepEqual((await heard(agent, c, "m1"))["body"], { text: said });
  });

  test("a note is seen by agents; the visitor gets a skip in its place", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest, agent } = await stage.held();
    const { pos } = await agent.do("send", { c, mid: "n1", kind: "note", body: { text: "a regular" } });
    await agent.do("send", text(c, "a1"));
    await heard(guest.peer, c, "a1");
    assert.deepEqual((await heard(agent, c, "n1"))["pos"], pos);
    assert.ok(guest.peer.events("skip", c).some((skip) => String(skip["pos"]) === String(pos)));
    assert.deepEqual(mids(guest.peer.events("message", c)), ["a1"]);
  });
};
