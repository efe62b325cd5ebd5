import assert from "node:assert/strict";
import { test } from "node:test";
import { again, reached, reading } from "../../test/support/client-stage.js";
import { C, ME, message } from "../../test/support/scripted-desk.js";
import { Http, memoryStorage, SessionKeeper } from "./index.js";

const KNOWN = { id: "customer 5", role: "visitor", name: "Vera Lind" };

test("an identity waits until what was written before is confirmed, and is then the client's", async (t) => {
  const { client, line, conversation } = await reading(t, [message([1, 1], "one")]);
  conversation.send("text", { text: "before" });
  const sent = await line.heard("send");
  const identified = client.identify("site token");
  assert.deepEqual(await line.left(), []);
  line.answer(sent, { pos: [1, 2], ts: 1 });
  const refresh = await line.heard("refresh");
  assert.equal(refresh["token"], "site token");
  line.answer(refresh, { user: KNOWN, expires_at: 1_700_086_400_000 });
  assert.deepEqual(await identified, KNOWN);
  assert.deepEqual(client.user, KNOWN);
});

test("what a visitor said before it was identified stays its own in its view", async (t) => {
  const { client, line, conversation } = await reading(t, [message([1, 1], "mine", { from: ME }), message([1, 2], "hers")]);
  const identified = client.identify("site token");
  line.answer(await line.heard("refresh"), { user: KNOWN, expires_at: 1_700_086_400_000 });
  await identified;
  line.say(message([1, 3], "mine too", { from: KNOWN }));
  await line.settled();
  assert.deepEqual(
    conversation.messages.map(({ mid, mine }) => `${mid} ${mine}`),
    ["mine true", "hers false", "mine too true"],
  );
});

test("a connection that breaks comes back as who was identified", async (t) => {
  const staged = await reading(t, [message([1, 1], "one")]);
  const identified = staged.client.identify("site token");
  staged.line.answer(await staged.line.heard("refresh"), { user: KNOWN, expires_at: 1_700_086_400_000 });
  await identified;
  staged.line.cut();
  await reached(staged.client, "waiting");
  while (staged.client.state === "waiting") await staged.clock.advance(100);
  assert.equal((await (await staged.desk.line(2)).welcome({ user: KNOWN }))["token"], "site token");
});

test("an identity that is lost with its connection is said again, and one that is refused changes nothing", async (t) => {
  const staged = await reading(t, [message([1, 1], "one")]);
  const identified = staged.client.identify("site token");
  await staged.line.heard("refresh");
  staged.line.cut();
  const next = await again(staged, { resumed: { [C]: { head: [1, 1] } } });
  next.refuse(await next.heard("refresh"), "forbidden");
  await assert.rejects(identified, { code: "forbidden" });
  assert.deepEqual([staged.client.user, staged.client.state], [ME, "ready"]);
});

test("a keeper holds the known visitor's session from then on: refreshed from the stored one, or begun with the site's token", async () => {
  const asked: unknown[] = [];
  const fetch = async (url: string, init: { headers: Record<string, string>; body?: string }) => {
    asked.push([new URL(url).pathname, init.headers["authorization"], init.body]);
    const text = JSON.stringify({ token: "known", user: KNOWN, expires_at: 1 });
    return { ok: true, status: 200, text: async () => text };
  };
  const http = new Http({ url: "http://desk.example", fetch });
  const storage = memoryStorage();
  const keeper = new SessionKeeper({ http, storage, tenant: "demo", begin: () => Promise.reject(new Error("not asked for")) });
  await keeper.identify("site 1");
  assert.equal(await keeper.token(), "known");
  await keeper.identify("site 2");
  assert.deepEqual(asked, [
    ["/v1/visitors", undefined, '{"tenant":"demo","token":"site 1"}'],
    ["/v1/refresh", "Bearer known", '{"token":"site 2"}'],
  ]);
});
