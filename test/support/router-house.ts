import { join } from "node:path";
import type { TestContext } from "node:test";
import { DirectoryCache } from "../../directory/cache.js";
import type { Account, Directory, Topic } from "../../directory/directory.js";
import { LmdbDirectory } from "../../directory/directory-lmdb.js";
import { DAYS, type Hours } from "../../directory/hours.js";
import { type Clock, systemClock, type Timer } from "../../lib/clock.js";
import { Metrics } from "../../lib/metrics.js";
import { MemoryLease } from "../../router/lease-memory.js";
import type { Ledger } from "../../router/ledger.js";
import { LmdbLedger } from "../../router/ledger-lmdb.js";
import { RouterNode } from "../../router/node.js";
import type { Router, RouterListener } from "../../router/router.js";
import { RULES } from "../../router/state.js";
import type { Broker } from "../../timeline/broker.js";
import type { LmdbBroker } from "../../timeline/broker-lmdb.js";
import type { Timeline } from "../../timeline/timeline.js";
import { emptyFolder } from "./folder.js";
import { Replaceable } from "./instead.js";
import { log } from "./log.js";
import { Timelines } from "./timelines.js";
import { until } from "./until.js";

/** The system's clock, ahead of it by what the test let pass. Its timers run in real time, until it dies. */
export class AheadClock implements Clock {
  readonly #timers = new Set<Timer>();
  #ahead_ms = 0;
  #dead = false;

  now(): number {
    return systemClock.now() + this.#ahead_ms;
  }

  monotonic(): number {
    return systemClock.monotonic() + this.#ahead_ms;
  }

  after(delay_ms: number, run: () => void): Timer {
    return this.#kept(systemClock.after(delay_ms, run));
  }

  every(period_ms: number, run: () => void): Timer {
    return this.#kept(systemClock.every(period_ms, run));
  }

  pass(by_ms: number): void {
    this.#ahead_ms += by_ms;
  }

  /** Nothing that runs on it does anything of its own from here on, as in a process that was killed. */
  die(): void {
    this.#dead = true;
    for (const timer of this.#timers) timer.cancel();
  }

  #kept(timer: Timer): Timer {
    if (this.#dead) timer.cancel();
    else this.#timers.add(timer);
    return timer;
  }
}

export interface Odd {
  readonly ledger?: (real: Ledger) => Ledger;
  readonly timeline?: (real: Timeline) => Timeline;
}

/** Routers over the real ledger, timeline, journal, persister, history and directory of one folder. */
export class RouterHouse {
  readonly timelines: Timelines;
  readonly broker: Replaceable<Broker>;
  readonly directory: LmdbDirectory;
  readonly clock = new AheadClock();
  readonly cache: DirectoryCache;
  readonly #t: TestContext;
  readonly #running: RouterUnderTest[] = [];
  readonly #ledgerPath: string;
  #ledger: LmdbLedger;
  #routers = 0;

  constructor(t: TestContext, timelines: Timelines, broker: LmdbBroker) {
    const path = emptyFolder(t);
    const directory = new LmdbDirectory({ path: join(path, "directory") });
    this.#t = t;
    this.timelines = timelines;
    this.broker = new Replaceable<Broker>(broker);
    this.directory = directory;
    this.cache = new DirectoryCache({ directory, clock: systemClock, log });
    this.#ledgerPath = join(path, "ledger");
    this.#ledger = new LmdbLedger({ path: this.#ledgerPath, log });
  }

  static async build(t: TestContext): Promise<RouterHouse> {
    // Hooks run in the order they were set: the routers stop before what they stand on.
    const built: { house?: RouterHouse } = {};
    t.after(() => built.house?.close());
    const timelines = await Timelines.running(t);
    const house = new RouterHouse(t, timelines, timelines.broker());
    built.house = house;
    await furnish(house.directory);
    return house;
  }

  /** Another router. One that still runs has to be killed or stopped first. */
  async router(odd: Odd = {}): Promise<RouterUnderTest> {
    const rank = ++this.#routers;
    const node = `r${rank}`;
    const real = await this.timelines.timeline(this.broker.front, { node, clock: systemClock });
    const clock = new AheadClock();
    clock.pass(this.clock.now() - systemClock.now());
    const router = new RouterNode({
      ledger: odd.ledger?.(this.#ledger) ?? this.#ledger,
      timeline: odd.timeline?.(real) ?? real,
      // Each router's tokens are above those of the one before, as after each start of a house.
      ...{ lease: new MemoryLease(() => real.epoch + rank), history: this.timelines.history, directory: this.cache },
      ...{ rules: RULES, clock, log, metrics: new Metrics() },
    });
    await router.start();
    const running = { node: router, clock, timeline: real };
    this.#running.push(running);
    return running;
  }

  /** The process of the router is gone from one moment to the next: it says nothing more and lets go of nothing. */
  async kill(router: RouterUnderTest): Promise<void> {
    this.#running.splice(this.#running.indexOf(router), 1);
    router.clock.die();
    await router.node.drain();
    await this.#ledger.close();
    this.#ledger = new LmdbLedger({ path: this.#ledgerPath, log });
  }

  async close(): Promise<void> {
    for (const { node, clock } of this.#running) {
      await node.stop();
      clock.die();
    }
    await Promise.all([this.#ledger.close(), this.directory.close()]);
  }

  /** What the router wrote for itself is lost. Only while none runs. */
  async loseLedger(): Promise<void> {
    await this.#ledger.close();
    this.#ledger = new LmdbLedger({ path: emptyFolder(this.#t), log });
  }

  /** History has everything that was answered by now: what is decided is answered before it is durable. */
  async isStored(): Promise<void> {
    const { real } = this.broker;
    await until("what was decided to be durable", async () => (await real.unsettled(await real.epoch(), 1)).length === 0);
    await this.timelines.isStored();
  }

  /** Every window and every assignment in them is lost; the storage epoch is over. */
  loseWindows(): void {
    this.broker.real = this.timelines.broker();
  }
}

export interface RouterUnderTest {
  readonly node: RouterNode;
  readonly clock: AheadClock;
  readonly timeline: Timeline;
}

/** The node as a gateway in the same process has it. */
export function linked(node: RouterNode, gateway: string): { readonly router: Router; unlink(): Promise<void> } {
  const said: { listener?: RouterListener } = {};
  const front: RouterListener = {
    push: (push) => said.listener?.push(push),
    queueChanged: (tenant) => said.listener?.queueChanged(tenant),
    forgotten: () => said.listener?.forgotten(),
  };
  const listen = (listener: RouterListener): void => {
    said.listener = listener;
  };
  return { router: Object.assign(node.link(gateway, front), { listen }), unlink: () => node.unlink(gateway, front) };
}

export const TENANT = "shop";
/** The topic where agents may pick. */
export const PICK = "orders";
/** The topic that is closed when a test begins, and opens on the hour within two of them. */
export const LATER = "billing";
export const OFFER_MS = 20_000;
export const REOPEN_MS = 3_600_000;

const topic = (skills: readonly string[]): Topic => ({ name: {}, skills, offer_timeout_ms: OFFER_MS, reopen_window_ms: REOPEN_MS });

/** The hour after the next one, in UTC, and not the hour that is. */
function laterToday(): Hours {
  const hour = String((new Date(systemClock.now()).getUTCHours() + 2) % 24).padStart(2, "0");
  return { time_zone: "UTC", week: Object.fromEntries(DAYS.map((day) => [day, [[`${hour}:00`, `${hour}:59`]]])) };
}

const account = (change: Partial<Account> = {}): Account => ({
  ...{ name: "Agent", role: "agent", password: "", skills: ["en"], topics: ["*"], capacity: 5, capacity_max: 10 },
  ...change,
});

/** A tenant with five topics and five accounts, and a second tenant. */
async function furnish(directory: Directory): Promise<void> {
  const site = { name: "Shop", origins: [], default_topic: "support", languages: ["en"] };
  await directory.put("tenant", "", TENANT, site, 0);
  await directory.put("tenant", "", "other", { ...site, away_on_missed_offer: false }, 0);
  for (const tenant of [TENANT, "other"]) await directory.put("topic", tenant, "support", topic([]), 0);
  await directory.put("topic", TENANT, "sales", topic([]), 0);
  await directory.put("topic", TENANT, PICK, { ...topic([]), manual_pick: true }, 0);
  await directory.put("topic", TENANT, LATER, { ...topic([]), hours: laterToday() }, 0);
  await directory.put("topic", TENANT, "closed", { ...topic([]), disabled: true }, 0);
  for (const id of ["ada", "lin", "max"]) await directory.put("account", TENANT, id, account(), 0);
  await directory.put("account", TENANT, "sam", account({ topics: ["sales"] }), 0);
  await directory.put("account", TENANT, "sun", account({ role: "supervisor" }), 0);
}
