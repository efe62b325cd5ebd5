import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "../lib/clock-fake.js";
import type { Offer, Router } from "../router/router.js";
import type { Client } from "./client.js";
import { Roster, type RosterPorts } from "./roster.js";

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
