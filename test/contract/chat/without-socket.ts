import assert from "node:assert/strict";
import { formatPosition, type Position } from "../../../proto/position.js";
import { type Answer, call, type Frame } from "../../support/peer.js";
import { accept, type ChatSuite, deskOf, guestToken, heard, idsOf, mids, offered, Stage, text, tokenOf } from "./stage.js";

/** However far away and busy a server is; well below what is waited for. */
const SOON_MS = 2_500;

/** Commands over HTTP, and messages that are waited for. */
export const withoutSocket: ChatSuite = (at) => {
  const { test, url } = at;

  const command = (token: string, op: string, fields: object = {}): Promise<Answer> =>
    call(url, "POST", "/v1/commands", { token, body: { op, ...fields } });
  const wait = (token: string, c: string, after: unknown, wait_ms: number): Promise<Answer> =>
    call(url, "GET", `/v1/conversations/${c}/messages?after=${formatPosition(after as Position)}&wait_ms=${wait_ms}`, { token });
  const refused = ({ status, body }: Answer): unknown[] => [status, body["code"]];

  test("a session says who the caller is, until when, and what it may, as hello does", async (t) => {
    const stage = new Stage(t, at);
    const { token, id } = await guestToken(at);
    const { status, body } = await call(url, "GET", "/v1/session", { token });
    assert.deepEqual([status, (body["user"] as Frame)["id"], body["tenant"]], [200, id, deskOf(at).tenant]);
    const { limits, ping_ms, expires_at } = (await stage.peer(token)).frames[0] as Frame;
    assert.deepEqual([body["limits"], body["ping_ms"], body["expires_at"]], [limits, ping_ms, expires_at]);
    assert.deepEqual(refused(await call(url, "GET", "/v1/session")), [401, "unauthenticated"]);
  });

  test("a visitor without a socket asks, talks, reads and ends a conversation", async (t) => {
    const stage = new Stage(t, at);
    const agent = await stage.agent("ada");
    const { token } = await guestToken(at);
    const opened = (await command(token, "open", { ask: { topic: "support" } })).body;
    const c = String(opened["c"]);
    await accept(agent, c);
    const { body: sent } = await command(token, "send", text(c, "m1"));
    await heard(agent, c, "m1");
    const again = await command(token, "send", text(c, "m1"));
    assert.deepEqual([again.body["pos"], again.body["dup"], "re" in again.body], [sent["pos"], true, false]);
    const { pos } = await agent.do("send", text(c, "a1"));
    const page = await command(token, "history", { c, after: sent["pos"] });
    assert.deepEqual(mids(page.body["messages"] as Frame[]), ["a1"]);
    assert.equal((await command(token, "mark", { c, read: pos })).status, 200);
    await agent.event("mark", (event) => event["c"] === c && String(event["read"]) === String(pos));
    assert.equal((await command(token, "typing", { c, text: "Where" })).status, 200);
    await agent.event("typing", (event) => event["c"] === c && event["text"] === "Where");
    assert.equal((await command(token, "close", { c })).status, 200);
    assert.equal((await command(token, "rate", { c, score: 5 })).status, 200);
  });

  test("who waits hears what is said as soon as it is said, and each thing once", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest, agent } = await stage.held();
    const { pos } = await agent.do("send", text(c, "before"));
    const told = ["one", "two", "three"];
    let after = pos;
    for (const mid of told) {
      const waited = wait(guest.token, c, after, 10_000);
      await agent.do("send", text(c, mid));
      const messages = (await waited).body["messages"] as Frame[];
      assert.deepEqual(mids(messages), [mid]);
      after = messages.at(-1)?.["pos"];
    }
    const since_ms = performance.now();
    assert.deepEqual((await wait(guest.token, c, after, 200)).body, { messages: [], more: false });
    assert.ok(performance.now() - since_ms >= 190, "it did not wait");
  });

  test("who is seen by waiting alone is there while it waits, hears what is said at once, and is not seen by opening over HTTP", async (t) => {
    const stage = new Stage(t, at);
    const agent = await stage.agent("ada");
    const { token, id } = await guestToken(at);
    const { body } = await command(token, "open", { ask: { topic: "support" } });
    const c = String(body["c"]);
    await accept(agent, c);
    const { body: shown } = await command(token, "open", { c });
    await agent.do("ping");
    assert.deepEqual(agent.events("presence", c), []);
    const waited = wait(token, c, shown["head"], 10_000);
    await agent.event("presence", (event) => event["user"] === id && event["online"] === true);
    await agent.do("send", text(c, "a1"));
    const said_ms = performance.now();
    assert.deepEqual(mids((await waited).body["messages"] as Frame[]), ["a1"]);
    assert.ok(performance.now() - said_ms < SOON_MS, "the wait went on");
    await command(token, "close", { c });
  });

  test("what is of a connection is unsupported, what is malformed a bad request, and a role is refused as on a socket", async (t) => {
    const stage = new Stage(t, at);
    const { token } = await guestToken(at);
    for (const [op, fields] of Object.entries({ hello: { token }, refresh: { token }, ping: {}, leave: { c: "c_any" }, dance: {} }))
      assert.deepEqual(refused(await command(token, op, fields)), [400, "unsupported"], op);
    const sun = await tokenOf(at, "sun");
    assert.deepEqual(refused(await command(sun, "queue", { watch: true })), [400, "unsupported"]);
    assert.equal((await command(sun, "queue")).status, 200);
    for (const [op, fields] of Object.entries({ open: {}, send: { c: "c" }, rate: { c: "c", score: 9 } }))
      assert.deepEqual(refused(await command(token, op, fields)), [400, "bad_request"], op);
    assert.deepEqual(refused(await call(url, "POST", "/v1/commands", { token, body: {} })), [400, "bad_request"]);
    assert.deepEqual(refused(await command(token, "inbox")), [403, "forbidden"]);
    const other = await stage.ask(await stage.guest("Xenia"));
    for (const op of ["open", "typing", "history", "close"])
      assert.deepEqual(refused(await command(token, op, { c: other.c })), [404, "not_found"], op);
    assert.deepEqual(refused(await wait(token, other.c, [1, 1], 10)), [404, "not_found"]);
  });

  test("an agent accepts an offer over HTTP, and is shown what it took", async (t) => {
    const stage = new Stage(t, at);
    const agent = await stage.agent("ada");
    const { c } = await stage.ask(await stage.guest());
    const { status, body } = await command(await tokenOf(at, "ada"), "accept", await offered(agent, c));
    assert.deepEqual([status, body["c"], body["assignee"]], [200, c, idsOf(at).ada]);
  });
};
