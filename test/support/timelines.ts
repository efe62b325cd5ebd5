import { join } from "node:path";
import type { TestContext } from "node:test";
import { systemClock } from "../../lib/clock.js";
import { FakeClock } from "../../lib/clock-fake.js";
import { Metrics } from "../../lib/metrics.js";
import { Persister } from "../../persister/persister.js";
import { LmdbStore } from "../../persister/store-lmdb.js";
import { StoredHistory } from "../../persister/stored-history.js";
import type { Party } from "../../proto/message.js";
import { Lives } from "../../router/lives.js";
import type { Broker } from "../../timeline/broker.js";
import { LmdbBroker } from "../../timeline/broker-lmdb.js";
import type { Draft, RoutingDraft } from "../../timeline/draft.js";
import type { Authority, Entry } from "../../timeline/entry.js";
import type { Journal } from "../../timeline/journal.js";
import { LmdbJournal } from "../../timeline/journal-lmdb.js";
import { Timeline, type TimelinePorts } from "../../timeline/timeline.js";
import { ADA, held, SYSTEM, TENANT, VISITOR } from "../contract/broker/chat.js";
import { emptyFolder } from "./folder.js";
import type { Gate } from "./gate.js";
import { instead, Replaceable } from "./instead.js";
import { log } from "./log.js";
import { until } from "./until.js";

/** The conversation of these tests. */
export const C = "c_1";

/** Timelines over the real broker, journal, persister and history of one folder. Their clock stands still; the persister's runs. */
export class Timelines {
  readonly clock = new FakeClock();
  readonly journal: LmdbJournal;
  readonly store: LmdbStore;
  readonly history: StoredHistory;
  readonly #t: TestContext;
  readonly #path: string;
  readonly #persister: Persister;

  constructor(t: TestContext) {
    const path = emptyFolder(t);
    this.#t = t;
    this.#path = path;
    this.journal = new LmdbJournal({
      path: join(path, "journal"),
      limits: { batchRecords: 500, batchBytes: 262_144 },
      clock: systemClock,
      log,
    });
    this.store = new LmdbStore({ path: join(path, "store"), log });
    this.history = new StoredHistory({ store: this.store, partitions: this.journal.partitions, clock: systemClock, patience_ms: 300 });
    this.#persister = new Persister({ journal: this.journal, store: this.store, log, metrics: new Metrics() });
    // The house's own timers keep no process alive; a test that waits for one of them has to.
    const awake = setInterval(() => undefined, 1_000);
    t.after(async () => {
      clearInterval(awake);
      await this.#persister.stop();
      await this.journal.close();
      await this.store.close();
    });
  }

  /** With the persister at work. */
  static async running(t: TestContext): Promise<Timelines> {
    const timelines = new Timelines(t);
    await timelines.persist();
    return timelines;
  }

  persist(): Promise<void> {
    return this.#persister.start();
  }

  stopPersisting(): Promise<void> {
    return this.#persister.stop();
  }

  /** An empty broker. */
  broker(limits: { readonly entries?: number; readonly unsettled?: number } = {}): LmdbBroker {
    const all = { entries: 200, bytes: 262_144, idle_ms: 86_400_000, unsettled: 150, ...limits };
    const broker = new LmdbBroker({ path: join(this.#path, `broker ${brokers++}`), clock: this.clock, log, limits: all });
    this.#t.after(() => broker.close());
    return broker;
  }

  /** Started; what is not named is the real thing. It has no reviver unless one is given. */
  async timeline(broker: Broker, odd: Partial<TimelinePorts> = {}): Promise<Timeline> {
    const { journal, history, clock } = this;
    const timeline = new Timeline({ node: "n1", broker, journal, past: history, clock, log, metrics: new Metrics(), ...odd });
    this.#t.after(() => timeline.stop());
    await timeline.start();
    return timeline;
  }

  /** Two timelines as a house has them: the router's, and a gateway's that asks the router for lives. */
  async house(broker: Broker, odd: Partial<TimelinePorts> = {}): Promise<{ readonly router: Timeline; readonly gateway: Timeline }> {
    const router = await this.timeline(broker, { node: "r1" });
    const lives = new Lives({ timeline: router, history: this.history, clock: systemClock });
    const revive = async (tenant: string, c: string): Promise<"alive" | "closed"> => {
      const { state } = (await this.store.conversation(tenant, c))?.authority ?? {};
      if (state === "closed") return "closed";
      await lives.revive(tenant, c, () => undefined);
      return "alive";
    };
    return { router, gateway: await this.timeline(broker, { reviver: { revive }, ...odd }) };
  }

  /** The mids in history, in order; a hidden row is its position. */
  async stored(): Promise<string[]> {
    const rows = await this.store.rows({ tenant: TENANT, c: C, limit: 1_000 });
    return rows.map(({ entry, pos }) => entry?.mid ?? `hidden ${pos}`);
  }

  /** How many rows history has of this mid. */
  async copies(mid: string): Promise<number> {
    return (await this.stored()).filter((each) => each === mid).length;
  }

  /** History has everything that is durable by now. */
  async isStored(): Promise<void> {
    const end = await this.journal.end(0);
    await until("history to have what is durable", async () => (await this.store.passed(0)) + 1 >= end);
  }
}

let brokers = 0;

export function text(mid: string, odd: Partial<Draft> & { readonly text?: string } = {}): Draft {
  const { text: said = mid, ...draft } = odd;
  return { tenant: TENANT, c: C, from: VISITOR, mid, kind: "text", body: { text: said }, ...draft };
}

/** The router's change to `authority`, whose version says what it expects. */
export function change(authority: Authority): RoutingDraft {
  const { version, state, assignee } = authority;
  const body = { event: assignee ? "assigned" : "queued", reason: "test", state, ...(assignee && { assignee }), version };
  return { ...text(`v${version}`), from: SYSTEM, kind: "routing", body, routing: { expect: version - 1, authority } };
}

/** A new conversation, durably begun; with an assignee it is that agent's. */
export async function begin(timeline: Timeline, assignee?: Party): Promise<void> {
  const begun = await timeline.begin({ ...change(held(1)), begins: "new" });
  await (begun.at === "begun" ? begun.receipt.durable : undefined);
  if (assignee) await routed(timeline, held(2, assignee));
}

export async function routed(timeline: Timeline, authority: Authority): Promise<void> {
  const answer = await timeline.route(change(authority));
  await (answer.at === "routed" ? answer.receipt.durable : Promise.reject(new Error(`routing was answered ${answer.at}`)));
}

/** A house whose persister runs, with a conversation of Ada's; `forget` takes everything from its broker. */
export async function forgetfulHouse(t: TestContext) {
  const timelines = await Timelines.running(t);
  const broker = new Replaceable<Broker>(timelines.broker());
  const { router, gateway } = await timelines.house(broker.front);
  await begin(router, ADA);
  const forget = (): void => {
    broker.real = timelines.broker();
  };
  return { timelines, broker: broker.front, router, gateway, forget };
}

/** What a journal was given to append, call by call, by mid. */
export function watched(journal: Journal): { readonly journal: Journal; readonly batches: string[][] } {
  const batches: string[][] = [];
  const append: Journal["append"] = (records) => {
    batches.push(records.map((record) => (record.t === "entry" ? record.entry.mid : record.t)));
    return journal.append(records);
  };
  return { journal: instead(journal, { append }), batches };
}

/** A journal whose appends wait at the gate before they are written. */
export function behindGate(journal: Journal, gate: Gate): Journal {
  return instead(journal, { append: (records) => gate.opened.then(() => journal.append(records)) });
}

export function mids(entries: readonly Entry[]): string[] {
  return entries.map(({ mid }) => mid);
}
