import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { DeskError } from "../lib/errors.js";
import type { Party } from "../proto/message.js";
import { ADA, held, SUN, TENANT, VISITOR } from "../test/contract/broker/chat.js";
import { Gate } from "../test/support/gate.js";
import type { GatewayStage } from "../test/support/gateway-stage.js";
import { type Ask, calls } from "../test/support/http-stage.js";
import type { Frame } from "../test/support/peer.js";
import { claimsAt, ISSUER, type Said, secretOf, signed } from "../test/support/site.js";
import { begin, C, routed, text } from "../test/support/timelines.js";
import { turns, until } from "../test/support/until.js";
import type { Draft } from "../timeline/draft.js";

const SECRET = secretOf("a secret of at least thirty-two characters");
const VERA: Party = { id: "customer-42", role: "visitor", name: "Vera" };

interface Shop {
  readonly stage: GatewayStage;
  readonly ask: Ask;
  /** A token of the site. */
  token(odd?: Said): Promise<string>;
}

/** A gateway whose shop signs tokens, and whose router moves the conversation of these tests. */
async function shop(t: TestContext): Promise<Shop> {
  const { stage, ask } = await calls(t);
  await stage.command("key", "add", TENANT, "--issuer", ISSUER);
  await stage.cache.set("key", TENANT, "site", { algorithm: "HS256", material: SECRET.material, created_at: 1 });
  t.mock.method(stage.router, "identify", async ({ user }: { user: Party }, to: Party) => {
    stage.router.asked.push(`identify ${user.id} ${to.id}`);
    await routed(stage.routing, { ...held(3, ADA), visitor: to, members: [user, ADA, to] });
  });
  return { stage, ask, token: (odd) => signed(SECRET, claimsAt(stage.timelines.clock.now(), odd), "site") };
}

/** The same, with a conversation of the visitor nobody knows, held by Ada. */
async function talking(t: TestContext): Promise<Shop> {
  const there = await shop(t);
  await begin(there.stage.routing);
  await routed(there.stage.routing, held(2, ADA));
  return there;
}

const presence = (frames: readonly Frame[]): unknown[] => frames.map(({ user, online }) => `${user} ${online}`);
const ids = (opened: Frame): unknown[] =>
  (opened["members"] as { id: string; online: boolean }[]).map(({ id, online }) => `${id} ${online}`);
const mids = (frames: readonly Frame[]): unknown[] => frames.map(({ mid }) => mid);

test("a socket of a visitor nobody knew goes on as the one its site names: reads, says, and is here as that one", async (t) => {
  const { stage, token } = await talking(t);
  const [wei, ada] = [await stage.client(VISITOR), await stage.client(ADA)];
  await wei.ask("open", { c: C });
  await ada.ask("open", { c: C });
  const refreshed = await wei.ask("refresh", { token: await token() });
  assert.deepEqual(refreshed["user"], VERA);
  await turns();
  assert.deepEqual(presence(ada.events("presence")).slice(-2), ["customer-42 true", "v_1 false"]);
  await wei.ask("send", text("m1"));
  await until("Ada to hear it", () => mids(ada.events("message")).includes("m1"));
  assert.deepEqual((ada.events("message").at(-1) as Frame)["from"], VERA);
  assert.ok(mids(wei.events("message")).includes("m1"));
  assert.deepEqual(ids(await ada.ask("open", { c: C })), ["ada true", "customer-42 true"]);
  assert.deepEqual(ids(await wei.ask("open", { c: C })), ["ada true", "customer-42 true"]);
});

test("another page with the old token goes on as it was: it reads what is said, and is answered", async (t) => {
  const { stage, token } = await talking(t);
  const [wei, other] = [await stage.client(VISITOR), await stage.client(VISITOR)];
  await other.ask("open", { c: C });
  await wei.ask("refresh", { token: await token() });
  await wei.ask("send", text("m1"));
  assert.equal(await other.refusal("send", text("m2")), undefined);
  await turns();
  assert.deepEqual(mids(other.events("message")).slice(-2), ["m1", "m2"]);
  const later = await stage.client(VISITOR);
  assert.deepEqual(ids(await later.ask("open", { c: C })), ["ada false", "customer-42 false"]);
});

test("a visitor who is banned is out as who it was before too, and comes back as both", async (t) => {
  const { stage, token } = await talking(t);
  const [wei, other, sun] = [await stage.client(VISITOR), await stage.client(VISITOR), await stage.client(SUN)];
  await other.ask("open", { c: C });
  await wei.ask("refresh", { token: await token() });
  await stage.timelines.isStored();
  await sun.ask("ban", { user: VERA.id });
  await until("both sockets to be closed", () => [wei, other].every(({ socket }) => socket.ended !== undefined));
  assert.deepEqual([wei.socket.ended?.reason, other.socket.ended?.reason], ["forbidden", "forbidden"]);
  assert.equal(await stage.connect().refusal("hello", { token: await stage.token(VISITOR) }), "forbidden");
  await sun.ask("ban", { user: VERA.id, until: 1 });
  assert.equal(await stage.connect().refusal("hello", { token: await stage.token(VISITOR) }), undefined);
});

test("a visitor who never was in it reads and says nothing, whoever vouches for it", async (t) => {
  const { stage, token } = await talking(t);
  const stranger = stage.connect();
  await stranger.ask("hello", { token: await token({ sub: "customer-43" }) });
  assert.equal(await stranger.refusal("open", { c: C }), "not_found");
  assert.equal(await stranger.refusal("send", text("m1")), "not_found");
});

test("the answer to an identification waits for what the socket said before it", async (t) => {
  const { stage, token } = await talking(t);
  const wei = await stage.client(VISITOR);
  const gate = new Gate();
  const { timeline } = stage.gateway.context;
  const append = timeline.append.bind(timeline);
  t.mock.method(timeline, "append", async (draft: Draft) => {
    const receipt = await append(draft);
    return { ...receipt, durable: gate.opened.then(() => receipt.durable) };
  });
  const before = ["m1", "m2", "m3"].map((mid) => wei.say("send", text(mid)));
  const identified = wei.say("refresh", { token: await token() });
  await turns(20);
  assert.deepEqual(stage.router.asked, []);
  gate.open();
  await wei.reply(identified);
  assert.deepEqual(wei.order.slice(-4), [...before, identified]);
  const page = (await wei.ask("history", { c: C }))["messages"] as Frame[];
  const said = page.filter(({ kind }) => kind === "text").map(({ from }) => (from as Party).id);
  assert.deepEqual(said, ["v_1", "v_1", "v_1"]);
});

test("what a socket says while it is identified is answered before the identification too", async (t) => {
  const { stage, token } = await talking(t);
  const wei = await stage.client(VISITOR);
  const [identifying, settling] = [new Gate(), new Gate()];
  const identify = t.mock.method(stage.router, "identify", () => identifying.opened);
  const { timeline } = stage.gateway.context;
  const append = timeline.append.bind(timeline);
  t.mock.method(timeline, "append", async (draft: Draft) => {
    const receipt = await append(draft);
    return { ...receipt, durable: settling.opened.then(() => receipt.durable) };
  });
  const identified = wei.say("refresh", { token: await token() });
  await until("the router to be asked", () => identify.mock.callCount() > 0);
  const meanwhile = wei.say("send", text("m1"));
  await turns(20);
  identifying.open();
  await turns(20);
  settling.open();
  await wei.reply(identified);
  assert.deepEqual(wei.order.slice(-2), [meanwhile, identified]);
});

test("a socket that is named twice at once is one of the two, whose conversation it has", async (t) => {
  const { stage, token } = await talking(t);
  const wei = await stage.client(VISITOR);
  const said = [wei.say("refresh", { token: await token() }), wei.say("refresh", { token: await token({ sub: "customer-43" }) })];
  const codes = await Promise.all(said.map(async (id) => ((await wei.reply(id))["error"] as Frame | undefined)?.["code"]));
  assert.deepEqual(codes, [undefined, "forbidden"]);
  await wei.ask("send", text("m1"));
  const page = (await wei.ask("history", { c: C }))["messages"] as Frame[];
  assert.deepEqual((page.at(-1) as Frame)["from"], VERA);
});

test("an identification that the router refuses leaves the socket who it was", async (t) => {
  const { stage, token } = await talking(t);
  const wei = await stage.client(VISITOR);
  t.mock.method(stage.router, "identify", () => Promise.reject(new DeskError("unavailable")));
  assert.equal(await wei.refusal("refresh", { token: await token() }), "unavailable");
  await wei.ask("send", text("m1"));
  const page = (await wei.ask("history", { c: C }))["messages"] as Frame[];
  assert.deepEqual((page.at(-1) as Frame)["from"], VISITOR);
});

test("only who nobody knew is identified, and only by a site of its own, as a visitor", async (t) => {
  const { stage, token } = await shop(t);
  const [wei, ada, vera] = [await stage.client(VISITOR), await stage.client(ADA), stage.connect()];
  await vera.ask("hello", { token: await token() });
  const other = await token({ sub: "customer-43" });
  assert.equal(await vera.refusal("refresh", { token: other }), "forbidden");
  assert.equal(await ada.refusal("refresh", { token: other }), "forbidden");
  assert.equal(await wei.refusal("refresh", { token: await token({ sub: "zoe", role: "agent" }) }), "forbidden");
  assert.equal(await wei.refusal("refresh", { token: await stage.token({ ...VISITOR, id: "v_2" }) }), "forbidden");
  assert.equal(await wei.refusal("refresh", { token: "nonsense" }), "unauthenticated");
  assert.deepEqual(
    stage.router.asked.filter((each) => each.startsWith("identify")),
    [],
  );
});

test("a site names nobody of another tenant, not on a socket and not over HTTP", async (t) => {
  const { stage, ask, token } = await shop(t);
  await stage.command("tenant", "add", "other");
  await stage.command("key", "add", "other", "--issuer", ISSUER);
  await stage.cache.set("key", "other", "site", { algorithm: "HS256", material: SECRET.material, created_at: 1 });
  const foreign = await token({ tenant: "other" });
  await stage.connect().ask("hello", { token: foreign });
  assert.equal(await (await stage.client(VISITOR)).refusal("refresh", { token: foreign }), "forbidden");
  const { json } = await ask("POST", "/v1/refresh", { token: await stage.token(VISITOR), body: { token: foreign } });
  assert.equal(json["code"], "forbidden");
});

test("a socket of a site's visitor takes a fresh token of the site for the same one", async (t) => {
  const { stage, token } = await shop(t);
  const vera = stage.connect();
  await vera.ask("hello", { token: await token() });
  const expires_at = stage.timelines.clock.now() + 7_200_000;
  assert.equal((await vera.ask("refresh", { token: await token({ exp: expires_at / 1_000 }) }))["expires_at"], expires_at);
});

test("over HTTP an old token and one of the site give a session of the known visitor, as often as it is asked", async (t) => {
  const { stage, ask, token } = await shop(t);
  t.mock.method(stage.router, "identify", async () => undefined);
  const old = await stage.token(VISITOR);
  for (let i = 0; i < 2; i++) {
    const { status, json } = await ask("POST", "/v1/refresh", { token: old, body: { token: await token() } });
    assert.deepEqual([status, json["user"]], [200, VERA]);
    assert.deepEqual((await stage.gateway.context.tokens.verify(String(json["token"]))).voucher, "site:1");
  }
});

test("a visitor that its site vouches for gets a session on any device, which it may refresh", async (t) => {
  const { stage, ask, token } = await shop(t);
  const { status, json } = await ask("POST", "/v1/visitors", {
    body: { tenant: TENANT, token: await token(), attributes: { plan: "gold" } },
  });
  assert.deepEqual([status, json["user"], json["expires_at"]], [200, VERA, stage.timelines.clock.now() + 86_400_000]);
  const refreshed = await ask("POST", "/v1/refresh", { token: String(json["token"]) });
  assert.deepEqual([refreshed.status, refreshed.json["user"]], [200, VERA]);
  assert.equal((await stage.gateway.context.tokens.verify(String(refreshed.json["token"]))).voucher, "site:1");
  const since = stage.timelines.clock.now();
  await stage.timelines.clock.advance(5_000);
  await ask("POST", "/v1/visitors", { body: { tenant: TENANT, token: await token({ name: "Vera L." }) } });
  await until("the visitor to be stored", async () => (await stage.timelines.history.visitor(TENANT, VERA.id))?.name === "Vera L.");
  const { name, attributes, since: first } = (await stage.timelines.history.visitor(TENANT, VERA.id)) ?? assert.fail();
  assert.deepEqual([name, attributes, first], ["Vera L.", { plan: "gold" }, since]);
});

test("what was known of the visitor nobody knew is the known one's, and replaces nothing", async (t) => {
  const { stage, token } = await shop(t);
  const { timeline, history } = stage.gateway.context;
  const record = { t: "visitor", tenant: TENANT } as const;
  const before = { id: VISITOR.id, name: "Visitor", attributes: { cart: 3, plan: "none" }, url: "https://shop.example/tea" };
  await timeline.record([{ ...record, ...before, since: 5 }]);
  await timeline.record([{ ...record, id: VERA.id, name: "V.", attributes: { plan: "gold" }, since: 1 }]);
  await until("both to be stored", async () =>
    Boolean((await history.visitor(TENANT, VISITOR.id)) && (await history.visitor(TENANT, VERA.id))),
  );
  await begin(stage.routing);
  await routed(stage.routing, held(2, ADA));
  await (await stage.client(VISITOR)).ask("refresh", { token: await token() });
  await until("the visitor to be stored", async () => (await history.visitor(TENANT, VERA.id))?.name === "Vera");
  const { name, attributes, url, since } = (await history.visitor(TENANT, VERA.id)) ?? assert.fail();
  assert.deepEqual({ name, attributes, url, since }, { name: "Vera", attributes: { cart: 3, plan: "gold" }, url: before.url, since: 1 });
});

test("a visitor session needs a token of the site, of its tenant, for a visitor", async (t) => {
  const { stage, ask, token } = await shop(t);
  await stage.command("tenant", "add", "other");
  const begun = async (tenant: string, site: string): Promise<unknown> =>
    (await ask("POST", "/v1/visitors", { body: { tenant, token: site } })).json["code"];
  assert.equal(await begun("other", await token()), "unauthenticated");
  assert.equal(await begun(TENANT, await stage.token(VISITOR)), "unauthenticated");
  assert.equal(await begun(TENANT, "nonsense"), "unauthenticated");
  assert.equal(await begun(TENANT, await token({ sub: "zoe", role: "agent" })), "forbidden");
  assert.equal(await begun(TENANT, await token({ sub: "ada", role: "agent" })), "forbidden");
});

test("an agent of the site works with the site's tokens, and gets none of ours for them", async (t) => {
  const { stage, ask, token } = await talking(t);
  const zoe = await token({ sub: "zoe", role: "agent", name: "Zoe", topics: ["support"] });
  const client = stage.connect();
  assert.deepEqual((await client.ask("hello", { token: zoe }))["user"], { id: "zoe", role: "agent", name: "Zoe" });
  assert.equal((await client.ask("open", { c: C }))["error"], undefined);
  assert.equal((await ask("GET", "/v1/conversations", { token: zoe })).status, 200);
  assert.equal((await ask("POST", "/v1/refresh", { token: zoe })).json["code"], "forbidden");
  const elsewhere = stage.connect();
  await elsewhere.ask("hello", { token: await token({ sub: "yu", role: "agent", topics: ["sales"] }) });
  assert.equal(await elsewhere.refusal("open", { c: C }), "not_found");
});

test("a logout ends the site's tokens too, also of a site whose clock is ahead", async (t) => {
  const { stage, ask, token } = await shop(t);
  const ahead = await token({ iat: stage.timelines.clock.now() / 1_000 + 30 });
  assert.equal((await ask("POST", "/v1/logout", { token: ahead })).status, 200);
  await stage.timelines.clock.advance(31_000);
  assert.equal((await ask("GET", "/v1/conversations", { token: ahead })).status, 401);
  assert.equal((await ask("GET", "/v1/conversations", { token: await token() })).status, 200);
});

test("a token that just ran out lets a socket in until its leeway is over, and one that is good until it runs out", async (t) => {
  const { stage, token } = await shop(t);
  const { clock } = stage.timelines;
  const [late, good] = [stage.connect(), stage.connect()];
  const now_s = clock.now() / 1_000;
  assert.equal((await late.ask("hello", { token: await token({ exp: now_s - 50 }) }))["error"], undefined);
  await good.ask("hello", { token: await token({ exp: now_s + 20 }) });
  await clock.advance(9_999);
  assert.deepEqual([late.socket.ended, good.socket.ended], [undefined, undefined]);
  await clock.advance(1);
  assert.deepEqual(late.socket.ended, { code: 4_100, reason: "token_expired" });
  await clock.advance(10_000);
  assert.deepEqual(good.socket.ended, { code: 4_100, reason: "token_expired" });
});

test("sockets that stand on a key are closed when it is disabled, and no others", async (t) => {
  const { stage, ask, token } = await shop(t);
  const { json } = await ask("POST", "/v1/visitors", { body: { tenant: TENANT, token: await token() } });
  const [direct, issued, wei] = [stage.connect(), stage.connect(), await stage.client(VISITOR)];
  await direct.ask("hello", { token: await token() });
  await issued.ask("hello", { token: String(json["token"]) });
  await stage.command("key", "disable", TENANT, "site");
  await until("both to be closed", () => direct.socket.ended !== undefined && issued.socket.ended !== undefined);
  assert.deepEqual([direct.socket.ended?.code, issued.socket.ended?.code, wei.socket.ended], [4_102, 4_102, undefined]);
});
