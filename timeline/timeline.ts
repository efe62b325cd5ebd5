import type { Clock } from "../lib/clock.js";
import { DeskError, refuse } from "../lib/errors.js";
import type { Logger } from "../lib/log.js";
import type { Metrics } from "../lib/metrics.js";
import type { Service } from "../lib/service.js";
import { audienceOf } from "../proto/message.js";
import { messageTail } from "../proto/frames.js";
import { BEGINNING } from "../proto/position.js";
import type { Append, Appended, Attached, Broker, Fenced, Inbox, Life, LifeAnswer, Signal, WindowPage, WindowRange } from "./broker.js";
import type { Begun, Draft, Place, Posted, Receipt, Routed, RoutingDraft } from "./draft.js";
import { bucketOf, contentHash, type Mark } from "./entry.js";
import type { Journal } from "./journal.js";
import { MarkLog } from "./mark-log.js";
import { Outbox, Unplaced } from "./outbox.js";
import type { Found, Past } from "./past.js";
import type { JournalRecord } from "./record.js";
import { StorageEpoch } from "./storage-epoch.js";
import { Sweeper } from "./sweeper.js";
import { TimelineMetrics } from "./timeline-metrics.js";

/** Who can give a cold conversation a life: the router. */
export interface Reviver {
  revive(tenant: string, c: string): Promise<"alive" | "closed">;
}

export interface TimelineLimits {
  /** How long a sender waits for the journal before it is told `pending`. */
  readonly pending_ms: number;
  /** How often unsettled entries without an owner are looked for. */
  readonly sweep_ms: number;
  /** How long marks gather before they go to the journal. */
  readonly marks_ms: number;
}

const DEFAULT_LIMITS: TimelineLimits = { pending_ms: 3_000, sweep_ms: 1_000, marks_ms: 1_000 };

/** Fences, revivals and look-ups that one append may go through before it is called `unavailable`. */
const ROUNDS_MOST = 8;
const RETRY_AFTER_MS = 1_000;

export interface TimelinePorts {
  /** This process' node id: unique at each start. */
  readonly node: string;
  readonly broker: Broker;
  readonly journal: Journal;
  readonly past: Past;
  /** Absent in the router, which is the one who revives. */
  readonly reviver?: Reviver;
  readonly clock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly limits?: Partial<TimelineLimits>;
}

/** Where a draft ended up: a fresh entry, or the place its mid already has. */
type Landed = { readonly at: "landed"; readonly receipt: Receipt };
type Change = Pick<Append, "routing" | "begins">;
type Answer = Landed | Extract<Appended, { at: "stale" | "cold" | "alive" }>;

/**
 * Timeline: one conversation's ordered, live, then durable message stream, and the only way to write to it.
 *
 * Order: entries of a conversation take positions in the order the broker received them, and every node sees them in that order.
 * Once: the same (conversation, sender, mid) is one entry for ever; saying it again answers its place.
 * Durable: an append is live when it resolves; it lasts when its receipt's `durable` resolves.
 *
 * A message is seen before it lasts (broker first, then journal), so that an outage of the journal does not stop the chat; the sender
 * alone waits. What the broker cannot decide it says (`cold`, `lookup`, `fenced`), and this class does what is then due.
 */
export class Timeline implements Service {
  readonly name = "timeline";
  readonly node: string;
  readonly #broker: Broker;
  readonly #journal: Journal;
  readonly #past: Past;
  readonly #reviver: Reviver | undefined;
  readonly #clock: Clock;
  readonly #limits: TimelineLimits;
  readonly #epoch: StorageEpoch;
  readonly #outbox: Outbox;
  readonly #sweeper: Sweeper;
  readonly #marks: MarkLog;
  readonly #metrics: TimelineMetrics;
  readonly #serials = new Map<string, number>();
  #serial = 0;
  #inbox: Inbox | undefined;

  constructor(ports: TimelinePorts) {
    const { node, broker, journal, past, clock, log } = ports;
    this.node = node;
    this.#broker = broker;
    this.#journal = journal;
    this.#past = past;
    this.#reviver = ports.reviver;
    this.#clock = clock;
    this.#limits = { ...DEFAULT_LIMITS, ...ports.limits };
    this.#metrics = new TimelineMetrics(ports.metrics);
    this.#epoch = new StorageEpoch(broker, journal, log);
    this.#outbox = new Outbox({ broker, journal, clock, log });
    this.#sweeper = new Sweeper({ node, broker, outbox: this.#outbox, epoch: this.#epoch, clock, log, period_ms: this.#limits.sweep_ms });
    this.#marks = new MarkLog({ journal, clock, log, period_ms: this.#limits.marks_ms });
  }

  /** The storage epoch this node believes in; 0 before start. */
  get epoch(): number {
    return this.#epoch.value;
  }

  /** Where entries and signals of attached conversations arrive. Called once, before start. */
  deliver(inbox: Inbox): void {
    this.#inbox = inbox;
  }

  async start(): Promise<void> {
    await this.#epoch.confirm();
    if (this.#inbox) await this.#broker.subscribe(this.node, this.#inbox);
    this.#sweeper.start();
  }

  async drain(deadline_ms: number): Promise<void> {
    await Promise.all([this.#outbox.drain(deadline_ms), this.#marks.flush()]);
  }

  async stop(): Promise<void> {
    this.#sweeper.stop();
    this.#marks.stop();
    this.#outbox.stop();
    await this.#broker.unsubscribe(this.node);
  }

  /**
   * Puts a client's message into the live timeline; a cold conversation is revived first. Appends of one conversation take positions in
   * the order of these calls as long as the caller waits for each.
   * Rejects with not_assigned, closed, conflict, busy, not_found, forbidden, unavailable or pending.
   */
  async append(draft: Draft): Promise<Receipt> {
    for (let round = 0; round < ROUNDS_MOST; round++) {
      const answer = await this.#place(draft, {});
      if (answer.at === "landed") return answer.receipt;
      if (answer.at !== "cold") throw new TypeError(`a client's draft was answered ${answer.at}`);
      if ((await this.#revive(draft.tenant, draft.c)) === "closed") return this.#sayAgain(draft);
    }
    return refuse("unavailable", "The conversation has no live timeline yet; try again.", RETRY_AFTER_MS);
  }

  /** {@link append}, then waits for the journal's word. */
  async post(draft: Draft): Promise<Posted> {
    const receipt = await this.append(draft);
    return { ...(await receipt.durable), dup: receipt.dup };
  }

  /** The router's change of an assignment, accepted only if nothing was decided since. */
  async route(draft: RoutingDraft): Promise<Routed> {
    const answer = await this.#place(draft, { routing: draft.routing });
    if (answer.at === "alive") throw new TypeError("a routing draft begins no life");
    return answer.at === "landed" ? { at: "routed", receipt: answer.receipt } : answer;
  }

  /** Entry 1 of a life under the current storage epoch: a conversation's very first, or the barrier of a later one. */
  async begin(draft: (Draft & { readonly begins: "barrier" }) | (RoutingDraft & { readonly begins: "new" })): Promise<Begun> {
    const answer = await this.#place(draft, draft.begins === "new" ? { begins: "new", routing: draft.routing } : { begins: "barrier" });
    if (answer.at === "landed") return { at: "begun", receipt: answer.receipt };
    if (answer.at === "alive") return { at: "alive", authority: answer.authority, head: answer.head };
    throw new TypeError(`the first entry of a life was answered ${answer.at}`);
  }

  /**
   * Joins this node to the conversation and reads its window: everything after the answer's head reaches the inbox. An open conversation
   * without a life is revived first. Undefined when it is closed and has none: then it is read from history.
   * Rejects with not_found for another tenant's conversation.
   */
  async attach(tenant: string, c: string, read: WindowRange): Promise<Extract<Attached, { at: "attached" }> | undefined> {
    const serial = ++this.#serial;
    for (let round = 0; round < ROUNDS_MOST; round++) {
      const answer = await this.#fenced((E) => this.#broker.attach({ E, node: this.node, c, serial, read }));
      if (answer.at === "attached" && (answer.authority || !this.#reviver)) return this.#joined(tenant, c, serial, answer);
      if ((await this.#revive(tenant, c)) === "closed") return undefined;
    }
    return refuse("unavailable", "The conversation has no live timeline yet; try again.", RETRY_AFTER_MS);
  }

  /** Leaves the conversation; what the last attach read stays valid. */
  async detach(c: string): Promise<void> {
    const serial = this.#serials.get(c);
    if (serial === undefined) return;
    this.#serials.delete(c);
    await this.#broker.detach(this.node, c, serial);
  }

  window(c: string, range: WindowRange): Promise<Exclude<WindowPage, Fenced>> {
    return this.#fenced((E) => this.#broker.window(E, c, range));
  }

  life(c: string): Promise<Exclude<LifeAnswer, Fenced>> {
    return this.#fenced((E) => this.#broker.life(E, c));
  }

  /** Moves a user's marks forward: at once for readers, within a second for history. Best effort. */
  async mark(tenant: string, c: string, mark: Mark, origin: string): Promise<void> {
    const moved = await this.#broker.mark(this.epoch, c, mark, origin);
    if (moved) this.#marks.add({ t: "mark", tenant, c, ...moved });
  }

  /** Tells the conversation's readers that a user has sockets at this node, or none any more. */
  present(c: string, user: string, online: boolean): Promise<void> {
    return this.#broker.present(this.epoch, c, this.node, user, online);
  }

  signal(c: string, signal: Signal): Promise<void> {
    return this.#broker.signal(this.epoch, c, signal);
  }

  /** Durable when it resolves; for what has no place in a conversation's order. */
  record(records: readonly JournalRecord[]): Promise<void> {
    return this.#journal.append(records);
  }

  /** The end offset of the conversation's partition: everything durable before this call lies below it. */
  journalEnd(c: string): Promise<number> {
    return this.#journal.end(bucketOf(c) % this.#journal.partitions);
  }

  /** Appends until the broker has decided. Answers what only the caller can deal with. */
  async #place(draft: Draft, change: Change): Promise<Answer> {
    const shape = shapeOf(draft, this.node, change);
    let since = draft.since ?? BEGINNING;
    for (let round = 0; round < ROUNDS_MOST; round++) {
      const E = this.epoch;
      const answer = await this.#broker.append({ ...shape, E, since });
      this.#metrics.appended(answer);
      switch (answer.at) {
        case "appended": {
          const place = this.#outbox.enter(E, answer.entry, answer.ahead).catch((error) => this.#placeAgain(draft, change, error));
          return landed(answer.entry, false, this.#soon(place));
        }
        case "duplicate": {
          const place = answer.settled ? Promise.resolve(placeOf(answer.entry)) : this.#outbox.enter(E, answer.entry, []);
          return landed(answer.entry, true, this.#soon(place));
        }
        case "refused":
          return refuse(answer.code);
        case "fenced":
          await this.#epoch.adopt(answer.E);
          break;
        case "lookup": {
          const found = await this.#find(draft, answer.life);
          if (found) return landed(found, true, Promise.resolve(placeOf(found)));
          since = answer.base;
          break;
        }
        default:
          return answer;
      }
    }
    return refuse("unavailable", "The timeline changed under every attempt; try again.", RETRY_AFTER_MS);
  }

  /** The entry's life ended before it was settled: history says where the message stands, or it is said anew. */
  async #placeAgain(draft: Draft, change: Change, error: unknown): Promise<Place> {
    if (!(error instanceof Unplaced)) throw error;
    if (change.routing || change.begins) return refuse("unavailable", error.message);
    return (await this.append(draft)).durable;
  }

  /** The mid's place if it was ever said; `closed` otherwise. For a conversation that is closed and has no life. */
  async #sayAgain(draft: Draft): Promise<Receipt> {
    const found = await this.#find(draft, 0);
    if (!found) return refuse("closed");
    return { place: placeOf(found), dup: true, durable: Promise.resolve(placeOf(found)) };
  }

  async #find(draft: Draft, life: number): Promise<Found | undefined> {
    const upto = await this.journalEnd(draft.c);
    const found = await this.#past.find({ tenant: draft.tenant, c: draft.c, from: draft.from.id, mid: draft.mid, life, upto });
    this.#metrics.lookedUp(found !== undefined);
    if (found && found.hash !== contentHash(draft.kind, draft.body)) return refuse("conflict");
    return found;
  }

  /** `pending` when the place is not known in time; the place itself goes on being worked at. */
  #soon(place: Promise<Place>): Promise<Place> {
    const started_ms = this.#clock.monotonic();
    const durable = new Promise<Place>((resolve, reject) => {
      const timer = this.#clock.after(this.#limits.pending_ms, () => reject(new DeskError("pending")));
      place.then(resolve, reject).finally(() => {
        timer.cancel();
        this.#metrics.settled((this.#clock.monotonic() - started_ms) / 1_000);
      });
    });
    durable.catch(() => undefined);
    return durable;
  }

  async #fenced<T extends { readonly at: string }>(ask: (E: number) => Promise<T | Fenced>): Promise<Exclude<T, Fenced>> {
    for (let round = 0; round < ROUNDS_MOST; round++) {
      const answer = await ask(this.epoch);
      if (answer.at !== "fenced") return answer as Exclude<T, Fenced>;
      await this.#epoch.adopt((answer as Fenced).E);
    }
    return refuse("unavailable", "The storage epoch changed under every attempt; try again.", RETRY_AFTER_MS);
  }

  async #revive(tenant: string, c: string): Promise<"alive" | "closed"> {
    if (!this.#reviver) return refuse("unavailable", `Conversation ${c} has no life.`);
    this.#metrics.revived();
    return this.#reviver.revive(tenant, c);
  }

  async #joined<T extends Life>(tenant: string, c: string, serial: number, life: T): Promise<T> {
    if (life.tenant !== tenant) {
      await this.#broker.detach(this.node, c, serial);
      return refuse("not_found");
    }
    this.#serials.set(c, serial);
    return life;
  }
}

function shapeOf(draft: Draft, node: string, change: Change): Omit<Append, "E" | "since"> {
  const { tenant, c, from, mid, kind, body } = draft;
  return {
    node,
    tenant,
    c,
    from,
    mid,
    kind,
    hash: contentHash(kind, body),
    audience: audienceOf(kind, body),
    tail: messageTail({ mid, from, kind, body }),
    ...(draft.reader === undefined ? {} : { reader: draft.reader }),
    ...change,
  };
}

function landed(place: Place, dup: boolean, durable: Promise<Place>): Landed {
  return { at: "landed", receipt: { place: placeOf(place), dup, durable } };
}

function placeOf({ pos, ts }: Place): Place {
  return { pos, ts };
}
