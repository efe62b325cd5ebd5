import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { systemClock } from "../lib/clock.js";
import type { GrpcServer } from "../lib/rpc-grpc.js";
import { ADA, Ear, LIN, PROFILE, VERA } from "../test/contract/router/scene.js";
import { log } from "../test/support/log.js";
import { refusal } from "../test/support/refusal.js";
import { linked, RouterHouse, type RouterUnderTest, TENANT } from "../test/support/router-house.js";
import { until } from "../test/support/until.js";
import { RouterClient } from "./client-grpc.js";
import type { RouterListener } from "./router.js";
import { serveRouter } from "./router-grpc.js";

/** A router behind a port that can be closed and opened again, and the gateways that call it. */
class Wire {
  readonly under: RouterUnderTest;
  readonly #stops: (() => Promise<void>)[];
  #server: GrpcServer | undefined;
  #port = 0;

  constructor(under: RouterUnderTest, stops: (() => Promise<void>)[]) {
    this.under = under;
    this.#stops = stops;
  }

  static async laid(t: TestContext): Promise<Wire> {
    const stops: (() => Promise<void>)[] = [];
    // Hooks run in the order they were set: the streams end before the router they lead to.
    t.after(async () => {
      for (const stop of stops.toReversed()) await stop();
    });
    const house = await RouterHouse.build(t);
    const wire = new Wire(await house.router(), stops);
    await wire.open();
    stops.push(() => wire.close());
    return wire;
  }

  async open(): Promise<void> {
    this.#server = serveRouter(this.under.node, { address: `127.0.0.1:${this.#port}`, clock: systemClock, log });
    await this.#server.start();
    this.#port = this.#server.port;
  }

  async close(): Promise<void> {
    await this.#server?.stop();
  }

  /** Started; the listener hears from the first moment on. */
  async gateway(name: string, listener: RouterListener = new Ear()): Promise<RouterClient> {
    const client = new RouterClient({ address: `127.0.0.1:${this.#port}`, gateway: name, clock: systemClock, log });
    client.listen(listener);
    this.#stops.push(() => client.stop());
    await client.start();
    return client;
  }
}

class Forgetful extends Ear {
  times = 0;

  override forgotten(): void {
    this.times += 1;
  }
}

test("each time the stream is opened the gateway is told that its agents are forgotten", async (t) => {
  const wire = await Wire.laid(t);
  const ear = new Forgetful();
  await wire.gateway("g1", ear);
  assert.equal(ear.times, 1);
  await wire.close();
  await wire.open();
  await until("the stream to be opened again", () => ear.times === 2);
});

test("a router that loses a gateway's stream counts its agents as gone", async (t) => {
  const wire = await Wire.laid(t);
  const client = await wire.gateway("g1");
  await client.agentHere(ADA, PROFILE);
  await client.status(ADA, { status: "online" });
  const { router } = linked(wire.under.node, "g2");
  await wire.close();
  await until("ada to be gone", async () => (await router.inbox(ADA)).own.status === "offline");
});

test("what is asked while no router is there waits for one", async (t) => {
  const wire = await Wire.laid(t);
  const ear = new Forgetful();
  const client = await wire.gateway("g1", ear);
  await wire.close();
  await assert.rejects(client.open(VERA, {}), refusal("unavailable"));
  const opened = client.open(VERA, {});
  await wire.open();
  assert.match((await opened).c, /^c_/);
});

test("a gateway that links again while its former stream still stands is believed anew", async (t) => {
  const wire = await Wire.laid(t);
  const former = await wire.gateway("g1");
  for (const who of [ADA, LIN]) {
    await former.agentHere(who, PROFILE);
    await former.status(who, { status: "online" });
  }
  const next = await wire.gateway("g1");
  await next.agentHere(LIN, PROFILE);
  assert.deepEqual([(await next.inbox(ADA)).own.status, (await next.inbox(LIN)).own.status], ["offline", "online"]);
});

test("draining lets what is under way finish, and what is asked afterwards is refused", async (t) => {
  const wire = await Wire.laid(t);
  const client = await wire.gateway("g1");
  const opened = client.open(VERA, {});
  await client.drain(5_000);
  assert.match((await opened).c, /^c_/);
  await assert.rejects(client.open(VERA, {}), refusal("unavailable"));
  const { router } = linked(wire.under.node, "g2");
  assert.equal((await router.queue({ tenant: TENANT, user: { id: "sun", role: "supervisor", name: "Sun" } })).waiting?.length, 1);
});

test("a refusal keeps its code, its text and its time on the way", async (t) => {
  const wire = await Wire.laid(t);
  const client = await wire.gateway("g1");
  await assert.rejects(client.status(ADA, { status: "online" }), (error: Error & { code?: string; retry_after_ms?: number }) => {
    assert.deepEqual([error.code, error.message, error.retry_after_ms], ["unavailable", "You are not known here yet; try again.", 500]);
    return true;
  });
});
