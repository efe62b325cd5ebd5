import type { Clock, Timer } from "../lib/clock.js";
import { pause } from "../lib/clock.js";
import { Lanes } from "../lib/lanes.js";
import type { Logger } from "../lib/log.js";
import type { History } from "../persister/history.js";
import { eventFrame } from "../proto/frames.js";
import type { Caller, Offer, Push, Router, RouterListener } from "../router/router.js";
import type { Accounts } from "./accounts.js";
import type { Client } from "./client.js";
import type { Inboxes } from "./inboxes.js";

/** Agents' sockets are pinged this often; a browser answers also in a throttled tab. */
const PING_MS = 7_000;
const DECLARE_AGAIN_MS = 500;

export interface RosterPorts {
  readonly router: Router;
  readonly accounts: Accounts;
  readonly history: Pick<History, "visitor">;
  readonly inboxes: Pick<Inboxes, "shown">;
  /** Takes a conversation from a socket. */
  readonly leave: (client: Client, c: string) => void;
  readonly clock: Clock;
  readonly log: Logger;
  /** An agent's socket silent for this long is lost. */
  readonly lost_ms: number;
}

/** Which agents have sockets here: told to the router when the first comes and the last goes, and the way of its pushes to them. */
export class Roster implements RouterListener {
  readonly #ports: RosterPorts;
  readonly #agents = new Map<string, Set<Client>>();
  readonly #watchers = new Map<string, Set<Client>>();
  /** What concerns one agent is told in the order it happened. */
  readonly #lanes = new Lanes();
  /** Agents the router knows to be here. */
  readonly #declared = new Set<string>();
  #timer: Timer | undefined;

  constructor(ports: RosterPorts) {
    this.#ports = ports;
  }

  start(): void {
    this.#timer ??= this.#ports.clock.every(PING_MS, () => this.#ping());
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** Resolves when the router knows of the agent; the socket has then been shown its open offers. */
  arrive(client: Client): Promise<void> {
    const key = keyOf(client);
    const sockets = this.#agents.get(key) ?? new Set();
    this.#agents.set(key, sockets.add(client));
    return this.#lanes.run(key, async () => {
      if (!this.#declared.has(key)) await this.#declare(key);
      await this.#showOffers(client);
    });
  }

  leave(client: Client): void {
    const key = keyOf(client);
    this.#watchers.get(client.session.tenant)?.delete(client);
    const sockets = this.#agents.get(key);
    if (!sockets?.delete(client) || sockets.size > 0) return;
    this.#agents.delete(key);
    const { tenant, user } = client.session;
    void this.#lanes.run(key, () => this.#undeclare(key, { tenant, user }));
  }

  watch(client: Client, wish: boolean): void {
    const { tenant } = client.session;
    const watchers = this.#watchers.get(tenant) ?? new Set();
    this.#watchers.set(tenant, watchers);
    if (wish && client.outlet.open) watchers.add(client);
    else watchers.delete(client);
  }

  /** Who was released of a conversation is told nothing more of it, until it opens it as a reader. */
  push({ tenant, agent, event, except }: Push): void {
    const key = JSON.stringify([tenant, agent]);
    void this.#lanes.run(key, async () => {
      if (event.ev === "released") for (const client of this.#agents.get(key) ?? []) this.#ports.leave(client, event.c);
      const frame = event.ev === "offer" ? await this.#offerFrame(tenant, event) : eventFrame({ ...event });
      for (const client of this.#agents.get(key) ?? []) if (client.id !== except) client.outlet.send(frame);
    });
  }

  queueChanged(tenant: string): void {
    const frame = eventFrame({ ev: "queue_changed" });
    for (const client of this.#watchers.get(tenant) ?? []) client.outlet.send(frame);
  }

  /** The router that knew our agents is another one, or was away. */
  forgotten(): void {
    for (const key of this.#agents.keys()) void this.#lanes.run(key, () => this.#declareAgain(key));
  }

  /** What was pushed while the router was away did not arrive. */
  async #declareAgain(key: string): Promise<void> {
    await this.#declare(key);
    for (const each of this.#agents.get(key) ?? []) await this.#showOffers(each);
  }

  /** Until the router knows, or the agent has no socket any more. */
  async #declare(key: string): Promise<void> {
    for (let client = this.#anyOf(key); client; client = this.#anyOf(key)) {
      const { tenant, user } = client.session;
      try {
        const profile = await this.#ports.accounts.profile(client.session);
        await this.#ports.router.agentHere({ tenant, user }, profile);
        this.#declared.add(key);
        return;
      } catch (err) {
        this.#untold(err);
      }
      await pause(this.#ports.clock, DECLARE_AGAIN_MS);
    }
  }

  #anyOf(key: string): Client | undefined {
    const [client] = this.#agents.get(key) ?? [];
    return client;
  }

  /** Until the router knows that the agent is gone, or it is here again. */
  async #undeclare(key: string, caller: Caller): Promise<void> {
    while (!this.#agents.has(key)) {
      this.#declared.delete(key);
      try {
        return await this.#ports.router.agentGone(caller);
      } catch (err) {
        this.#untold(err);
      }
      await pause(this.#ports.clock, DECLARE_AGAIN_MS);
    }
  }

  async #showOffers(client: Client): Promise<void> {
    const { tenant, user } = client.session;
    try {
      const { offers } = await this.#ports.router.inbox({ tenant, user });
      for (const offer of offers) client.outlet.send(await this.#offerFrame(tenant, offer));
    } catch (err) {
      this.#untold(err);
    }
  }

  async #offerFrame(tenant: string, offer: Offer): Promise<string> {
    return eventFrame({ ev: "offer", ...(await this.#ports.inboxes.shown(tenant, offer)) });
  }

  #untold(err: unknown): void {
    this.#ports.log.warn({ err }, "the router could not be told about an agent");
  }

  #ping(): void {
    for (const sockets of this.#agents.values())
      for (const client of sockets) {
        if (client.silent_ms > this.#ports.lost_ms) client.outlet.end(1001, "silent");
        else client.outlet.ping();
      }
  }
}

function keyOf({ session: { tenant, user } }: Client): string {
  return JSON.stringify([tenant, user.id]);
}
