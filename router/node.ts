import type { DirectoryCache } from "../directory/cache.js";
import type { Clock, Timer } from "../lib/clock.js";
import { refuse } from "../lib/errors.js";
import type { Logger } from "../lib/log.js";
import type { Metrics } from "../lib/metrics.js";
import type { Service } from "../lib/service.js";
import type { History } from "../persister/history.js";
import { bucketOf } from "../timeline/entry.js";
import type { Timeline } from "../timeline/timeline.js";
import { changedHours } from "./hours.js";
import type { Lease } from "./lease.js";
import type { Ledger } from "./ledger.js";
import { Link } from "./link.js";
import { Lives } from "./lives.js";
import { Places } from "./places.js";
import type { Push, RouterListener } from "./router.js";
import type { Ruling } from "./ruling.js";
import { Saying } from "./saying.js";
import { Shard } from "./shard.js";
import type { Rules } from "./state.js";

/** A tenant's desk lies in one of this many shards. Recorded, never changed. */
export const SHARDS = 64;

const TICK_MS = 200;
const RENEW_MS = 1_000;
const PLACES_MS = 2_000;
const TELL_MS = 500;
const HOURS_MS = 2_000;

export interface RouterNodePorts {
  readonly ledger: Ledger;
  readonly lease: Lease;
  readonly timeline: Timeline;
  readonly history: History;
  readonly directory: DirectoryCache;
  readonly rules: Rules;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
}

interface Owned {
  readonly shard: Shard;
  readonly token: number;
}

/** One router: the shards it owns, the gateways that are linked to it, and the passing of time for both. */
export class RouterNode implements Service {
  readonly name = "router";
  readonly #ports: RouterNodePorts;
  readonly #saying: Saying;
  readonly #owned = new Map<number, Owned>();
  readonly #links = new Map<string, RouterListener>();
  readonly #places = new Map<string, Places>();
  readonly #changed = new Set<string>();
  readonly #counts: { ruled(ruling: Ruling): void; overtaken(): void };
  #timers: Timer[] = [];

  constructor(ports: RouterNodePorts) {
    const { timeline, history, clock, log, metrics } = ports;
    this.#ports = ports;
    this.#counts = countsIn(metrics);
    this.#saying = new Saying({
      ...{ timeline, history, clock, log },
      lives: new Lives({ timeline, history, clock }),
      own: (tenant, c) => this.#shardOf(tenant).desk(tenant)?.conversations.get(c)?.standing?.authority,
    });
    metrics.gauge("router_shards", "Shards this router owns", () => this.#owned.size);
    metrics.gauge("router_waiting", "Visitors who wait for an agent", () => this.#sum((desk) => desk.queue.size));
    metrics.gauge("router_agents", "Agents with a connection", () => this.#sum((desk) => desk.agents.size - desk.gone.size));
  }

  async start(): Promise<void> {
    await Promise.all(Array.from({ length: SHARDS }, (_, shard) => this.#takeOver(shard)));
    const { clock } = this.#ports;
    this.#timers = [
      clock.every(TICK_MS, () => void this.#tick()),
      clock.every(RENEW_MS, () => void this.#renew()),
      clock.every(PLACES_MS, () => void this.#tellPlaces()),
      clock.every(HOURS_MS, () => void this.#followHours()),
      clock.every(TELL_MS, () => this.#tellChanges()),
    ];
  }

  async drain(): Promise<void> {
    await Promise.all([...this.#owned.values()].map(({ shard }) => shard.idle()));
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers) timer.cancel();
    this.#timers = [];
    this.#saying.stop();
    for (const { shard } of this.#owned.values()) shard.stop();
    await Promise.all([...this.#owned.values()].map(({ shard }) => shard.tick()));
    for (const [id, { token }] of this.#owned) await this.#ports.lease.release(id, token);
    this.#owned.clear();
  }

  /** Links a gateway: its calls go through the answer, what concerns its agents to the listener. A gateway that links again replaces itself. */
  link(gateway: string, listener: RouterListener): Link {
    const { directory, history, timeline, rules, clock } = this.#ports;
    // Its former stream may not have told who left meanwhile; who is there declares itself again.
    if (this.#links.has(gateway)) void this.#gone(gateway);
    this.#links.set(gateway, listener);
    return new Link(gateway, {
      shardOf: (tenant) => this.#shardOf(tenant),
      saying: this.#saying,
      push: (push) => this.#push(push),
      ...{ directory, history, timeline, rules, clock },
    });
  }

  /** The gateway is gone, and its agents' sockets with it. */
  async unlink(gateway: string, listener: RouterListener): Promise<void> {
    if (this.#links.get(gateway) !== listener) return;
    this.#links.delete(gateway);
    await this.#gone(gateway);
  }

  async #gone(gateway: string): Promise<void> {
    const shards = [...this.#owned.values()].map(({ shard }) => shard);
    const event = { type: "gateway_gone", gateway } as const;
    const told = shards.flatMap((shard) => [...shard.tenants()].map((tenant) => shard.ask(tenant, () => ({ answer: undefined, event }))));
    for (const { reason: err } of (await Promise.allSettled(told)).filter((each) => each.status === "rejected"))
      this.#ports.log.error({ err, gateway }, "a gateway's agents could not be counted as gone");
  }

  #shardOf(tenant: string): Shard {
    const owned = this.#owned.get(bucketOf(tenant) % SHARDS);
    return owned ? owned.shard : refuse("unavailable", "No router owns this tenant at the moment; try again.", RENEW_MS);
  }

  async #takeOver(id: number): Promise<void> {
    const { lease, ledger, rules, clock, log } = this.#ports;
    const token = await lease.acquire(id);
    if (token === undefined) return;
    const shard = new Shard({
      ...{ id, token, ledger, rules, clock, log },
      saying: this.#saying,
      counts: this.#counts,
      listener: {
        stands: ({ pushes }) => {
          for (const push of pushes) this.#push(push);
        },
        changed: (tenant) => this.#changed.add(tenant),
        superseded: (lost) => this.#lose(lost),
      },
    });
    await shard.start();
    this.#owned.set(id, { shard, token });
  }

  #lose(id: number): void {
    if (this.#owned.delete(id)) this.#ports.log.error({ shard: id }, "another router owns the shard");
  }

  async #renew(): Promise<void> {
    for (const [id, { token }] of [...this.#owned]) {
      const kept = await this.#ports.lease.renew(id, token).catch(() => false);
      if (!kept) this.#lose(id);
    }
  }

  async #tick(): Promise<void> {
    for (const { shard } of this.#owned.values()) {
      await shard.tick().catch((err: unknown) => this.#ports.log.error({ err, shard: shard.id }, "time could not pass for a shard"));
    }
  }

  async #tellPlaces(): Promise<void> {
    for (const { shard } of this.#owned.values())
      for (const tenant of shard.tenants()) {
        const desk = shard.desk(tenant);
        const places = this.#places.get(tenant) ?? new Places();
        this.#places.set(tenant, places);
        for (const { c, signal } of desk ? places.changes(desk, this.#ports.clock.now()) : []) {
          await this.#ports.timeline.signal(c, signal).catch((err: unknown) => this.#ports.log.warn({ c, err }, "a place was not told"));
        }
      }
  }

  async #followHours(): Promise<void> {
    const { directory, log } = this.#ports;
    for (const { shard } of this.#owned.values())
      for (const tenant of shard.tenants())
        try {
          const desk = shard.desk(tenant);
          for (const event of desk ? await changedHours(directory, tenant, desk) : [])
            await shard.ask(tenant, () => ({ answer: undefined, event }));
        } catch (err) {
          log.warn({ tenant, err }, "hours that changed are not followed yet");
        }
  }

  #tellChanges(): void {
    const changed = [...this.#changed];
    this.#changed.clear();
    for (const tenant of changed) for (const listener of this.#links.values()) listener.queueChanged(tenant);
  }

  /** To the gateways where the agent has sockets. */
  #push(push: Push): void {
    const agent = this.#owned
      .get(bucketOf(push.tenant) % SHARDS)
      ?.shard.desk(push.tenant)
      ?.agents.get(push.agent);
    for (const gateway of agent?.gateways ?? []) this.#links.get(gateway)?.push(push);
  }

  #sum(count: (desk: NonNullable<ReturnType<Shard["desk"]>>) => number): number {
    let sum = 0;
    for (const { shard } of this.#owned.values())
      for (const tenant of shard.tenants()) {
        const desk = shard.desk(tenant);
        if (desk) sum += count(desk);
      }
    return sum;
  }
}

function countsIn(metrics: Metrics): { ruled(ruling: Ruling): void; overtaken(): void } {
  const ruled = metrics.counterBy("router_decisions_total", "Decisions, by what was decided", "event");
  const overtaken = metrics.counter("router_overtaken_total", "Decisions that the timeline had overtaken");
  return { ruled: ({ verdict }) => ruled(verdict.event).inc(), overtaken: () => overtaken.inc() };
}
