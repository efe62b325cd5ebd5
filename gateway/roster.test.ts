import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "../lib/clock-fake.js";
import { DeskError } from "../lib/errors.js";
import type { AgentEvent, Offer, Router } from "../router/router.js";
import { ADA, held, SUN, TENANT, VISITOR } from "../test/contract/broker/chat.js";
import { GatewayStage, type PlainClient } from "../test/support/gateway-stage.js";
import { begin, C, routed, text } from "../test/support/timelines.js";
import { turns, until } from "../test/support/until.js";
import type { Client } from "./client.js";
import { Roster, type RosterPorts } from "./roster.js";

const OFFER = { c: "c_9", offer: "o_1", expires_ms: 20_000, visitor: VISITOR, ask: { topic: "support" }, waited_ms: 5 };

function push({ router }: GatewayStage, event: AgentEvent, agent = "ada"): void {
  router.listener?.push({ tenant: TENANT, agent, event });
}

function agents({ router }: GatewayStage): string[] {
  return router.asked.filter((each) => /^(here|gone)/.test(each));
}

async function arrived(stage: GatewayStage, count: number): Promise<void> {
  await until("the router to be told", () => agents(stage).length === count);
}

test("an agent's first socket is told to the router, its last one going too, and nothing in between", async (t) => {
  const stage = await GatewayStage.start(t);
  const [first, second] = [await stage.client(ADA), await stage.client(ADA)];
  await arrived(stage, 1);
  await first.leave();
  await turns();
  assert.deepEqual(agents(stage), ["here ada"]);
  await second.leave();
  await arrived(stage, 2);
  assert.deepEqual(agents(stage), ["here ada", "gone ada"]);
});

test("a visitor is nothing to the roster", async (t) => {
  const stage = await GatewayStage.start(t);
  const wei = await stage.client(VISITOR);
  await wei.leave();
  assert.deepEqual(stage.router.asked, []);
});

test("an agent who comes back before its going could be told is not gone", async (t) => {
  const stage = await GatewayStage.start(t);
  const first = await stage.client(ADA);
  await arrived(stage, 1);
  stage.router.fault = new DeskError("unavailable");
  stage.router.listener?.forgotten();
  await arrived(stage, 2);
  first.handler.closed(1001);
  await stage.client(ADA);
  stage.router.fault = undefined;
  await stage.timelines.clock.advance(500);
  await turns();
  assert.deepEqual(agents(stage), ["here ada", "here ada", "here ada"]);
});

test("pushes go to all sockets of the agent, in order, and to nobody else", async (t) => {
  const stage = await GatewayStage.start(t);
  const [one, two, sun] = [await stage.client(ADA), await stage.client(ADA), await stage.client(SUN)];
  push(stage, { ev: "offer", ...OFFER });
  push(stage, { ev: "offer_end", c: "c_9", offer: "o_1", reason: "accepted" });
  push(stage, { ev: "assigned", c: "c_9", reason: "accepted", version: 2 });
  await until("the last push", () => two.events("assigned").length === 1);
  for (const { order } of [one, two]) assert.deepEqual(order, [1, "offer", "offer_end", "assigned"]);
  assert.deepEqual(sun.order, [1]);
  assert.deepEqual(one.events("offer"), [{ ev: "offer", ...OFFER, visitor: { id: "v_1", name: "Wei", attributes: {} } }]);
});

test("a router that is away is told again until it knows, through whichever socket the agent has left", async (t) => {
  const stage = await GatewayStage.start(t);
  const [first, second] = [await stage.client(ADA), await stage.client(ADA)];
  await arrived(stage, 1);
  stage.router.fault = new DeskError("unavailable");
  stage.router.listener?.forgotten();
  await arrived(stage, 2);
  first.handler.closed(1001);
  stage.router.fault = undefined;
  await stage.timelines.clock.advance(500);
  await arrived(stage, 3);
  assert.equal(second.socket.ended, undefined);
  assert.deepEqual(agents(stage), ["here ada", "here ada", "here ada"]);
});

test("nobody is declared any more when the last socket went while the router was away", async (t) => {
  const stage = await GatewayStage.start(t);
  stage.router.fault = new DeskError("unavailable");
  const ada = await stage.client(ADA);
  await arrived(stage, 1);
  await ada.leave();
  stage.router.fault = undefined;
  await stage.timelines.clock.advance(500);
  await arrived(stage, 2);
  assert.deepEqual(agents(stage), ["here ada", "gone ada"]);
});

test("a router that was away when an agent's last socket went is told until it knows, unless the agent is back", async (t) => {
  const stage = await GatewayStage.start(t);
  const [ada, sun] = [await stage.client(ADA), await stage.client(SUN)];
  await arrived(stage, 2);
  stage.router.fault = new DeskError("unavailable");
  await ada.leave();
  await sun.leave();
  await turns();
  assert.deepEqual(
    agents(stage).filter((told) => told.startsWith("gone")),
    ["gone ada", "gone sun"],
  );
  await stage.client(SUN);
  stage.router.fault = undefined;
  await stage.timelines.clock.advance(500);
  await turns();
  assert.deepEqual(
    agents(stage).filter((told) => told.startsWith("gone")),
    ["gone ada", "gone sun", "gone ada"],
  );
});

test("watchers of a tenant's queue learn of its changes, until they stop or leave", async (t) => {
  const stage = await GatewayStage.start(t);
  const [sun, ada, lin] = [await stage.client(SUN), await stage.client(ADA), await stage.client(ADA)];
  for (const each of [sun, ada, lin]) await each.ask("queue", { watch: true });
  await ada.ask("queue", { watch: false });
  await lin.leave();
  stage.router.listener?.queueChanged(TENANT);
  stage.router.listener?.queueChanged("other");
  assert.deepEqual(
    [sun, ada, lin].map((each) => each.events("queue_changed").length),
    [1, 0, 0],
  );
});

test("agents' sockets are pinged, and one that gives no sign for too long is ended; a visitor's is left to the transport", async (t) => {
  const stage = await GatewayStage.start(t);
  const [alive, silent, visitor] = [await stage.client(ADA), await stage.client(SUN), await stage.client(VISITOR)];
  const pass = async (rounds: number): Promise<void> => {
    for (let i = 0; i < rounds; i++) {
      await stage.timelines.clock.advance(7_000);
      alive.handler.pong();
    }
  };
  await pass(2);
  assert.deepEqual(
    [alive, silent, visitor].map(({ socket }) => [socket.pings, socket.ended?.code]),
    [
      [2, undefined],
      [2, undefined],
      [0, undefined],
    ],
  );
  await pass(2);
  assert.deepEqual(
    [alive, silent, visitor].map(({ socket }) => socket.ended?.code),
    [undefined, 1001, undefined],
  );
});

async function holding(stage: GatewayStage): Promise<PlainClient> {
  await begin(stage.routing);
  await routed(stage.routing, held(2, ADA));
  const ada = await stage.client(ADA);
  await ada.ask("open", { c: C });
  return ada;
}

test("after released nothing of a conversation is pushed to its former assignee, unless it opens it again", async (t) => {
  const stage = await GatewayStage.start(t);
  const ada = await holding(stage);
  const { timeline } = stage.gateway.context;
  push(stage, { ev: "released", c: C, reason: "transferred", version: 3 });
  await until("released", () => ada.events("released").length === 1);
  await timeline.post(text("m1"));
  await turns();
  assert.deepEqual(ada.events("message"), []);
  await ada.ask("open", { c: C });
  await timeline.post(text("m2"));
  await turns();
  assert.deepEqual(
    ada.events("message").map(({ mid }) => mid),
    ["m2"],
  );
});

test("an open that is under way when released comes is not undone by it", async (t) => {
  const stage = await GatewayStage.start(t);
  const ada = await holding(stage);
  const opening = ada.say("open", { c: C });
  push(stage, { ev: "released", c: C, reason: "transferred", version: 3 });
  await ada.reply(opening);
  await until("released", () => ada.events("released").length === 1);
  await stage.gateway.context.timeline.post(text("m1"));
  await turns();
  assert.deepEqual(
    ada.events("message").map(({ mid }) => mid),
    ["m1"],
  );
});

const ada = { tenant: "demo", user: { id: "ada", role: "agent", name: "Ada" } } as const;

function roster(offers: readonly Offer[] = []): Roster {
  const own = { status: "offline", capacity: 5, load: 0 } as const;
  const router: Partial<Router> = { agentHere: async () => undefined, inbox: async () => ({ own, conversations: [], offers }) };
  const ports: Partial<RosterPorts> = {
    router: router as Router,
    accounts: { profile: async () => ({ skills: [], topics: ["*"], capacity: 5, capacity_max: 5 }) } as unknown as RosterPorts["accounts"],
    inboxes: { shown: async (_tenant: string, offer: Offer) => offer },
    clock: new FakeClock(),
    lost_ms: 20_000,
  };
  return new Roster(ports as RosterPorts);
}

async function device(at: Roster, id: string): Promise<string[]> {
  const told: string[] = [];
  const client: unknown = { id, session: ada, outlet: { open: true, send: (frame: string) => told.push(frame) } };
  await at.arrive(client as Client);
  return told;
}

test("a status set on one device is told to the agent's others, and not to the one that has the answer", async () => {
  const at = roster();
  const laptop = await device(at, "laptop");
  const phone = await device(at, "phone");
  at.push({ tenant: "demo", agent: "ada", event: { ev: "status", status: "away", reason: "set" }, except: "laptop" });
  at.push({ tenant: "demo", agent: "ada", event: { ev: "status", status: "online", reason: "restored" } });
  // What concerns one agent goes in order: this device is told after both.
  await device(at, "tablet");
  assert.deepEqual(
    laptop.map((frame) => JSON.parse(frame).status),
    ["online"],
  );
  assert.deepEqual(
    phone.map((frame) => JSON.parse(frame).status),
    ["away", "online"],
  );
});

test("when the router was away, every device is shown again what is offered", async () => {
  const offers: Offer[] = [];
  const at = roster(offers);
  const devices = [await device(at, "laptop"), await device(at, "phone")];
  const visitor = { id: "v", role: "visitor", name: "Vera" } as const;
  offers.push({ c: "c_1", offer: "c_1.1", expires_ms: 20_000, visitor, ask: {}, waited_ms: 0 });
  at.forgotten();
  // What concerns one agent goes in order: this device comes after the others were told.
  await device(at, "tablet");
  for (const told of devices)
    assert.deepEqual(
      told.map((frame) => JSON.parse(frame).offer),
      ["c_1.1"],
    );
});
