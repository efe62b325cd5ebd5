import assert from "node:assert/strict";
import { call, type Frame } from "../../support/peer.js";
import { until } from "../../support/until.js";
import { type ChatSuite, idsOf, Stage, text, tokenOf } from "./stage.js";

export const listing: ChatSuite = (at) => {
  const { test, url } = at;

  const rows = async (token: string, filters: Readonly<Record<string, string>>): Promise<Frame[]> => {
    const { status, body } = await call(url, "GET", `/v1/conversations?${new URLSearchParams(filters)}`, { token });
    assert.equal(status, 200, JSON.stringify(body));
    return body["conversations"] as Frame[];
  };
  const listed = async (token: string, filters: Readonly<Record<string, string>>): Promise<unknown[]> =>
    (await rows(token, filters)).map(({ c }) => c);

  test("each filter finds the conversation by what it is, and loses it by what it is not", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest, agent } = await stage.held();
    await agent.do("tag", { c, add: ["vip"] });
    const { ts } = await guest.peer.do("send", text(c, "m1", "Where is my PARCEL number 77?"));
    const token = await tokenOf(at, "sun");
    const visitor = guest.id;
    await until("the list to have it", async () => (await listed(token, { visitor, q: "parcel" })).length > 0);
    const found = [
      ...[{ agent: idsOf(at).ada }, { topic: "support" }, { tag: "vip" }, { state: "active" }, { from: String(ts) }],
      ...[{ to: String(Number(ts) + 1) }, { q: "vera parcel 77" }, { agent: idsOf(at).ada, tag: "vip", state: "active" }],
    ];
    for (const filter of found)
      assert.deepEqual(await listed(token, { visitor, ...filter } as Record<string, string>), [c], JSON.stringify(filter));
    const lost = [
      ...[{ agent: idsOf(at).lin }, { topic: "sales" }, { tag: "vi" }, { state: "closed" }, { from: String(Number(ts) + 1) }],
      ...[{ to: String(ts) }, { q: "vera letter" }, { agent: idsOf(at).ada, tag: "none" }],
    ];
    for (const filter of lost)
      assert.deepEqual(await listed(token, { visitor, ...filter } as Record<string, string>), [], JSON.stringify(filter));
  });

  test("a visitor lists its own, whatever it asks for, and is shown no tags", async (t) => {
    const stage = new Stage(t, at);
    const { c, guest, agent } = await stage.held();
    await agent.do("tag", { c, add: ["vip"] });
    const other = await stage.guest();
    const mine = await stage.ask(other);
    const { token } = guest;
    await until("the list to have both", async () => (await listed(token, {})).length > 0 && (await listed(other.token, {})).length > 0);
    assert.deepEqual(await listed(token, {}), [c]);
    assert.deepEqual(await listed(token, { visitor: guest.id }), [c]);
    assert.deepEqual(await listed(token, { visitor: other.id }), []);
    assert.deepEqual(await listed(other.token, {}), [mine.c]);
    assert.equal("tags" in ((await rows(token, {}))[0] ?? {}), false);
    await until("the tag in the list", async () => (await listed(await tokenOf(at, "ada"), { visitor: guest.id, tag: "vip" })).length > 0);
  });

  test("a value that a filter cannot have is a bad request that names it", async (t) => {
    const stage = new Stage(t, at);
    const { token } = await stage.guest();
    const bad = {
      state: "open",
      from: "yesterday",
      to: "-1",
      q: "x".repeat(201),
      tag: "",
      agent: "x".repeat(65),
      limit: "0",
      cursor: "invented",
    };
    for (const [name, value] of Object.entries(bad)) {
      const { status, body } = await call(url, "GET", `/v1/conversations?${new URLSearchParams({ [name]: value })}`, { token });
      assert.deepEqual([status, body["code"], String(body["detail"]).includes(name)], [400, "bad_request", true], name);
    }
  });

  test("pages of one give what one page of many gives", async (t) => {
    const stage = new Stage(t, at);
    const guest = await stage.guest();
    await stage.ask(guest, { topic: "support" });
    await stage.ask(guest, { topic: "sales" });
    await until("the list to have both", async () => (await listed(guest.token, {})).length === 2);
    const whole = await listed(guest.token, {});
    const first = await call(url, "GET", "/v1/conversations?limit=1", { token: guest.token });
    const rest = await listed(guest.token, { limit: "1", cursor: String(first.body["cursor"]) });
    assert.deepEqual([...(first.body["conversations"] as Frame[]).map(({ c }) => c), ...rest], whole);
  });
};
