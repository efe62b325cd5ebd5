import type { Clock } from "../lib/clock.js";
import { refuse } from "../lib/errors.js";
import type { Logger } from "../lib/log.js";
import type { Metrics } from "../lib/metrics.js";
import type { Service } from "../lib/service.js";
import type { Attached, Broker, Fenced, Inbox, LifeAnswer, Signal, WindowPage, WindowRange } from "./broker.js";
import type { Begun, Draft, Posted, Receipt, Routed, RoutingDraft } from "./draft.js";
import { bucketOf, type Mark } from "./entry.js";
import type { Journal } from "./journal.js";
import { MarkLog } from "./mark-log.js";
import { Outbox } from "./outbox.js";
import type { Past } from "./past.js";
import { Placement, placed, RETRY_AFTER_MS, ROUNDS_MOST, standing } from "./placement.js";
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

export interface TimelinePorts {
  /** This process' node id: another one at each start. */
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

/**
 * Timeline: one conversation's ordered, live, then durable message stream, and the only way to write to it.
 *
 * Order: entries of a conversation take positions in the order the broker received them, and every node sees them in that order.
 * Once: the same (conversation, sender, mid) is one message for ever; saying it again answers its place.
 * Durable: a message is live when its append resolves; it lasts when its receipt's `durable` resolves.
 *
 * It is seen before it lasts (broker first, then journal), so that an outage of the journal does not stop the chat; the sender alone waits.
 */
export class Timeline implements Service {
  readonly name = "timeline";
  readonly node: string;
  readonly #broker: Broker;
  readonly #journal: Journal;
  readonly #reviver: Reviver | undefined;
  readonly #epoch: StorageEpoch;
  readonly #outbox: Outbox;
  readonly #placement: Placement;
  readonly #sweeper: Sweeper;
  readonly #marks: MarkLog;
  readonly #metrics: TimelineMetrics;
  /** Serial of the attach that holds each conversation. */
  readonly #serials = new Map<string, number>();
  #serial = 0;
  #inbox: Inbox | undefined;

  constructor({ node, broker, journal, past, reviver, clock, log, metrics, limits }: TimelinePorts) {
    const { pending_ms, sweep_ms, marks_ms } = { ...DEFAULT_LIMITS, ...limits };
    const counts = new TimelineMetrics(metrics);
    const epoch = new StorageEpoch(broker, journal, log);
    const outbox = new Outbox({ broker, journal, clock, log });
    this.node = node;
    this.#broker = broker;
    this.#journal = journal;
    this.#reviver = reviver;
    this.#metrics = counts;
    this.#epoch = epoch;
    this.#outbox = outbox;
    this.#placement = new Placement({ node, broker, journal, past, outbox, epoch, clock, metrics: counts, pending_ms });
    this.#sweeper = new Sweeper({ node, broker, outbox, epoch, clock, log, period_ms: sweep_ms });
    this.#marks = new MarkLog({ journal, clock, log, period_ms: marks_ms });
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
   * Puts a client's message into the live timeline; a cold conversation is revived first. A caller that waits for each call has its
   * messages in the order of its calls.
   * Rejects with not_assigned, closed, conflict, busy, not_found, forbidden, unavailable or pending.
   */
  async append(draft: Draft): Promise<Receipt> {
    for (let round = 0; round < ROUNDS_MOST; round++) {
      const answer = await this.#placement.place(draft, {});
      if (answer.at === "placed") return answer.receipt;
      if (answer.at !== "cold") throw new TypeError(`a client's draft was answered ${answer.at}`);
      if ((await this.#revive(draft.tenant, draft.c)) === "closed") return this.#saidBefore(draft);
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
    const answer = await this.#placement.place(draft, { routing: draft.routing });
    if (answer.at === "alive") throw new TypeError("a routing draft begins no life");
    return answer.at === "placed" ? { at: "routed", receipt: answer.receipt } : answer;
  }

  /** Entry 1 of a life under the current storage epoch: a conversation's very first, or the barrier of a later one. */
  async begin(draft: (Draft & { readonly begins: "barrier" }) | (RoutingDraft & { readonly begins: "new" })): Promise<Begun> {
    const change = draft.begins === "new" ? { begins: draft.begins, routing: draft.routing } : { begins: draft.begins };
    const answer = await this.#placement.place(draft, change);
    if (answer.at === "placed") return { at: "begun", receipt: answer.receipt };
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
      const answer = await this.#fenced((E) => this.#broker.attach({ E, node: this.node, tenant, c, serial, read }));
      if (answer.at === "refused") return refuse(answer.code);
      if (answer.at === "attached") {
        this.#serials.set(c, serial);
        return answer;
      }
      if ((await this.#revive(tenant, c)) === "closed") return undefined;
    }
    return refuse("unavailable", "The conversation has no live timeline yet; try again.", RETRY_AFTER_MS);
  }

  /** Leaves the conversation. */
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

  /** The mid's place if it was ever said; `closed` otherwise. For a conversation that is closed and has no life. */
  async #saidBefore(draft: Draft): Promise<Receipt> {
    const found = await this.#placement.find(draft, 0);
    return found ? placed(found, true, standing(found)).receipt : refuse("closed");
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
    if (!this.#reviver) return refuse("unavailable", `Conversation ${c} has no live timeline here.`);
    this.#metrics.revived();
    return this.#reviver.revive(tenant, c);
  }
}
