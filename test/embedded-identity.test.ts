import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { accept, codeOf, heard, offered, routings, Stage, text } from "./contract/chat/stage.js";
import { emptyFolder } from "./support/folder.js";
import { HouseProcess } from "./support/house-process.js";
import { keyServer } from "./support/key-server.js";
import { operate } from "./support/operator.js";
import { agentToken, call, type Frame, Peer, visitorToken } from "./support/peer.js";
import { claimsAt, edKey, ISSUER, jwkOf, type Said, type SignKey, signed } from "./support/site.js";
import { until } from "./support/until.js";

/** Within this an operator's word counts everywhere. */
const HEEDED_MS = 5_000;
const SITE = edKey();

const data = mkdtempSync(join(tmpdir(), "deskwire-"));
const house = await HouseProcess.start({ data, env: { DESKWIRE_PASSWORD_CHECKS_WAITING: "2" } });
after(async () => {
  await house.kill();
  rmSync(data, { recursive: true, force: true });
});
let customers = 0;
await addKey("site");

function command(...argv: string[]): Promise<string> {
  return operate(data, { "/site": SITE.material }, ...argv);
}

/** Resolves when the server knows of it. */
async function addKey(id: string): Promise<void> {
  await command("key", "add", "demo", id, "--algorithm", "EdDSA", "--material-file", "/site", "--issuer", ISSUER);
  const bearer = await token(customer(), {}, SITE, id);
  await until("the key to be known", async () => (await statusFor(bearer)) === 200, HEEDED_MS);
}

async function statusFor(bearer: string): Promise<number> {
  return (await call(house.url, "GET", "/v1/conversations", { token: bearer })).status;
}

/** A customer of the site whom no other test knows. */
function customer(): string {
  customers += 1;
  return `customer-${customers}`;
}

function token(sub: string, odd: Said = {}, key: SignKey = SITE, kid = "site"): Promise<string> {
  return signed(key, claimsAt(Date.now(), { tenant: "demo", sub, ...odd }), kid);
}

/** How a socket is closed, and that it took no longer than it may. */
async function closedInTime(peer: Peer): Promise<number> {
  await until("the close", () => peer.closed !== undefined, HEEDED_MS);
  return peer.closed?.code as number;
}

async function refusedInTime(bearer: string): Promise<void> {
  await until("the token to be refused", async () => (await statusFor(bearer)) === 401, HEEDED_MS);
}

test("a customer of the site finds its conversation on every device, with the site's token and with ours", async (t) => {
  const stage = new Stage(t, { test, url: house.url });
  const id = customer();
  const desktop = await stage.peer(await token(id));
  const { c } = await desktop.do("open", { ask: { topic: "support" } });
  await desktop.do("send", text(String(c), "m1"));
  const { body } = await call(house.url, "POST", "/v1/visitors", { body: { tenant: "demo", token: await token(id) } });
  assert.deepEqual(body["user"], { id, role: "visitor", name: "Vera" });
  const phone = await stage.peer(String(body["token"]));
  const shown = await phone.do("open", { ask: { topic: "support" } });
  assert.equal(shown["c"], c);
  assert.ok((shown["messages"] as Frame[]).some(({ mid }) => mid === "m1"));
  await phone.do("send", text(String(c), "m2"));
  await heard(desktop, String(c), "m2");
  await desktop.do("close", { c });
});

test("a visitor who signs in takes its conversation along: the agent is told, the old page goes on, a new device has it", async (t) => {
  const stage = new Stage(t, { test, url: house.url });
  const { c, guest, agent } = await stage.held();
  await guest.peer.do("send", text(c, "m1"));
  const oldPage = await stage.peer(guest.token);
  await oldPage.do("open", { c });
  const id = customer();
  assert.deepEqual((await guest.peer.do("refresh", { token: await token(id) }))["user"], { id, role: "visitor", name: "Vera" });
  const identified = await agent.event("message", ({ body }) => (body as Frame)["event"] === "identified");
  assert.deepEqual((identified["body"] as Frame)["visitor"], { id, role: "visitor", name: "Vera" });
  await agent.event("presence", ({ user, online }) => user === id && online === true);
  await guest.peer.do("send", text(c, "m2"));
  assert.deepEqual(((await heard(agent, c, "m2"))["from"] as Frame)["id"], id);
  await oldPage.do("send", text(c, "m3"));
  await heard(guest.peer, c, "m3");
  const device = await stage.peer(await token(id));
  const shown = await device.do("open", { ask: { topic: "support" } });
  assert.equal(shown["c"], c);
  assert.deepEqual((shown["members"] as Frame[]).map((member) => member["id"]).sort(), ["ada", id].sort());
  const { body } = await call(house.url, "GET", "/v1/conversations", { token: await token(id) });
  assert.deepEqual(
    (body["conversations"] as Frame[]).map((each) => each["c"]),
    [c],
  );
  await agent.do("send", text(c, "a1"));
  for (const peer of [guest.peer, oldPage, device]) await heard(peer, c, "a1");
});

test("over HTTP the visitor of an old session is named too, and its conversation comes along", async (t) => {
  const stage = new Stage(t, { test, url: house.url });
  const guest = await stage.guest();
  const { c } = await stage.ask(guest);
  const id = customer();
  const asked = { token: guest.token, body: { token: await token(id) } };
  const { status, body } = await call(house.url, "POST", "/v1/refresh", asked);
  assert.deepEqual([status, (body["user"] as Frame)["id"]], [200, id]);
  assert.equal((await (await stage.peer(String(body["token"]))).do("open", { ask: { topic: "support" } }))["c"], c);
  assert.deepEqual(routings([...guest.peer.events("message", c)]), ["identified"]);
  assert.equal(
    (await call(house.url, "POST", "/v1/refresh", { token: String(body["token"]), body: { token: await token(customer()) } })).status,
    403,
  );
});

test("an agent of the site who has no account here takes a conversation by the site's token alone", async (t) => {
  const stage = new Stage(t, { test, url: house.url });
  const zoe = await stage.peer(await token("zoe", { role: "agent", name: "Zoe", topics: ["sales"], capacity: 1 }));
  assert.equal((await zoe.do("status", { status: "online" }))["capacity"], 1);
  const guest = await stage.guest();
  const { c } = await stage.ask(guest, { topic: "sales" });
  await accept(zoe, (await offered(zoe, c)).c);
  await zoe.do("send", text(c, "z1"));
  assert.deepEqual((await heard(guest.peer, c, "z1"))["from"], { id: "zoe", role: "agent", name: "Zoe" });
  await zoe.do("close", { c });
  await zoe.do("status", { status: "offline" });
});

test("a key that is disabled closes what stands on it within five seconds, and nothing else", async (t) => {
  const stage = new Stage(t, { test, url: house.url });
  await addKey("leaked");
  const [id, other] = [customer(), customer()];
  const ofLeaked = await token(id, {}, SITE, "leaked");
  const { body } = await call(house.url, "POST", "/v1/visitors", { body: { tenant: "demo", token: ofLeaked } });
  const [direct, issued] = [await stage.peer(ofLeaked), await stage.peer(String(body["token"]))];
  const [spared, guest] = [await stage.peer(await token(other)), await stage.guest()];
  await command("key", "disable", "demo", "leaked");
  assert.deepEqual([await closedInTime(direct), await closedInTime(issued)], [4102, 4102]);
  await refusedInTime(ofLeaked);
  await refusedInTime(String(body["token"]));
  await spared.do("ping");
  await guest.peer.do("ping");
});

test("whose sessions are revoked is out within five seconds, on every way in, and comes back with a new token", async (t) => {
  const stage = new Stage(t, { test, url: house.url });
  const id = customer();
  const old = await token(id, { iat: Math.floor(Date.now() / 1_000) - 1 });
  const { body } = await call(house.url, "POST", "/v1/visitors", { body: { tenant: "demo", token: old } });
  const [direct, issued] = [await stage.peer(old), await stage.peer(String(body["token"]))];
  await command("session", "revoke", "demo", id);
  assert.deepEqual([await closedInTime(direct), await closedInTime(issued)], [4102, 4102]);
  await refusedInTime(old);
  await refusedInTime(String(body["token"]));
  const stranger = await stage.stranger();
  assert.equal(codeOf(await stranger.ask("hello", { token: old })), "unauthenticated");
  assert.equal(await closedInTime(stranger), 4102);
  await stage.peer(await token(id, { iat: Math.ceil(Date.now() / 1_000) + 1 }));
});

test("a logout with the site's token ends it on every device", async (t) => {
  const stage = new Stage(t, { test, url: house.url });
  const site = await token(customer(), { iat: Math.floor(Date.now() / 1_000) - 1 });
  const peer = await stage.peer(site);
  assert.equal((await call(house.url, "POST", "/v1/logout", { token: site })).status, 200);
  assert.equal(await closedInTime(peer), 4102);
  await refusedInTime(site);
});

test("a socket is closed when its site's token runs out", async (t) => {
  const stage = new Stage(t, { test, url: house.url });
  const peer = await stage.peer(await token(customer(), { exp: Math.floor(Date.now() / 1_000) + 2 }));
  assert.deepEqual(await peer.over(), { code: 4100, reason: "token_expired" });
});

test("keys that a site publishes are read when a token needs them; while they cannot be, a client is told to come back", async (t) => {
  const stage = new Stage(t, { test, url: house.url });
  const fresh = edKey();
  const site = await keyServer(t, jwkOf(fresh, "fresh"));
  await command("key", "add", "demo", "--jwks-url", site.url);
  const signedFresh = await token(customer(), {}, fresh, "fresh");
  let peer: Peer | undefined;
  const letIn = async (): Promise<boolean> => {
    peer = await Peer.hello(house.url, signedFresh).catch(() => undefined);
    return peer !== undefined;
  };
  await until("the published key to be known", letIn, HEEDED_MS);
  assert.equal(site.asked, 1);
  const dead = await keyServer(t);
  dead.answer = (response) => void response.destroy();
  await command("key", "add", "demo", "--jwks-url", dead.url);
  assert.equal(await closedInTime(peer as Peer), 4102);
  const stranger = await stage.stranger();
  const refusal = (await stranger.ask("hello", { token: signedFresh }))["error"] as Frame;
  assert.deepEqual([refusal["code"], refusal["retry"], Number(refusal["retry_after_ms"]) > 0], ["unavailable", true, true]);
  assert.equal(await closedInTime(stranger), 4004);
  await command("key", "add", "demo", "--jwks-url", "none");
});

test("who guesses a password waits longer and longer, and is told how long", async () => {
  await command("agent", "add", "demo", "guessed", "--password", "right");
  const login = (password: string) => call(house.url, "POST", "/v1/login", { body: { tenant: "demo", username: "guessed", password } });
  for (let i = 0; i < 6; i++) assert.equal((await login("wrong")).status, 401);
  const { status, headers, body } = await login("right");
  assert.deepEqual([status, body["code"], headers.get("retry-after")], [429, "rate_limited", "1"]);
  assert.ok(Number(body["retry_after_ms"]) <= 1_000);
});

test("a flood of logins is turned away, while others talk on and log in after it", async (t) => {
  const stage = new Stage(t, { test, url: house.url });
  const { c, guest } = await stage.held();
  const flood = Array.from({ length: 30 }, (_, i) =>
    call(house.url, "POST", "/v1/login", { body: { tenant: "demo", username: `nobody-${i}`, password: "guess" } }),
  );
  await guest.peer.do("send", text(c, "m1"));
  const answers = await Promise.all(flood);
  const busy = answers.filter(({ status }) => status === 503);
  assert.ok(busy.length > 0 && busy.length < 30, `${busy.length} of 30 were busy`);
  assert.ok(busy.every(({ body }) => body["code"] === "busy" && Number(body["retry_after_ms"]) > 0));
  await agentToken(house.url, "lin");
});

test("what a site may know of the desk is not for the pages of others", async () => {
  const asked = (origin: string) => call(house.url, "GET", "/v1/site/demo", { origin });
  const foreign = await asked("https://elsewhere.example");
  assert.deepEqual([foreign.status, foreign.headers.get("access-control-allow-origin")], [403, null]);
  assert.equal((await asked(house.url)).status, 200);
});

test("session keys rotate over restarts and log nobody out, until the old one is taken away", async (t) => {
  const [first, second] = [1, 2].map((byte) => Buffer.alloc(32, byte).toString("base64url"));
  const folder = emptyFolder(t);
  const started = async (...keys: readonly unknown[]): Promise<HouseProcess> => {
    const running = await HouseProcess.start({ data: folder, env: { DESKWIRE_SESSION_KEYS: keys.join(",") } });
    t.after(() => running.kill());
    return running;
  };
  const refresh = (url: string, bearer: string) => call<{ token: string }>(url, "POST", "/v1/refresh", { token: bearer });

  const old = await started(first);
  const [guest, ada] = [(await visitorToken(old.url)).token, await agentToken(old.url, "ada")];
  await old.stop();

  const rotated = await started(second, first);
  for (const bearer of [guest, ada]) await (await Peer.hello(rotated.url, bearer)).close();
  const renewed = (await refresh(rotated.url, guest)).body.token;
  await rotated.stop();

  const retired = await started(second);
  await (await Peer.hello(retired.url, renewed)).close();
  const stranger = await new Peer(retired.url).opened();
  assert.equal(codeOf(await stranger.ask("hello", { token: guest })), "unauthenticated");
  assert.equal((await stranger.over()).code, 4101);
  assert.equal((await refresh(retired.url, ada)).status, 401);
});
