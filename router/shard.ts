import { Batcher } from "../lib/batcher.js";
import { type Clock, pause } from "../lib/clock.js";
import { DeskError } from "../lib/errors.js";
import { randomId } from "../lib/ids.js";
import type { Logger } from "../lib/log.js";
import { absorb, accept } from "./facts.js";
import { type Changes, type Ledger, type Page, Superseded } from "./ledger.js";
import { agentRow, restoreAgent, restoreConversation } from "./restore.js";
import { type Ruling, rulingOf, withVersion } from "./ruling.js";
import { describeStanding, type Said, type Saying } from "./saying.js";
import { type Desk, type DeskEvent, newDesk, type Rules, type Verdict } from "./state.js";
import { step } from "./step.js";

/** What is brought before a desk at its turn. A refusal thrown here goes to the asker and changes nothing. */
export type Question<T> = (desk: Desk, now: number) => { readonly answer: T; readonly event?: DeskEvent; readonly note?: Ruling["note"] };

/** The answer, and what became of each ruling on the question itself; what follows from those is not waited for. */
export interface Answered<T> {
  readonly answer: T;
  readonly said: readonly Promise<Said>[];
}

export interface ShardPorts {
  readonly id: number;
  readonly token: number;
  readonly ledger: Ledger;
  readonly saying: Saying;
  readonly rules: Rules;
  readonly clock: Clock;
  readonly log: Logger;
  readonly counts: { ruled(ruling: Ruling): void; overtaken(): void };
  readonly listener: ShardListener;
}

export interface ShardListener {
  /** A ruling stands: its pushes may go out. */
  stands(ruling: Ruling): void;
  /** The desk of this tenant changed. */
  changed(tenant: string): void;
  /** Nothing more can be committed: a newer owner has the shard. */
  superseded(shard: number): void;
}

const QUESTIONS_AT_ONCE = 512;
const QUESTIONS_WAITING = 20_000;
const FOLLOW_AGAIN_MS = 200;

interface Asked {
  readonly tenant: string;
  readonly question: Question<unknown>;
}

type Put = { readonly answer: unknown; readonly rulings: readonly Ruling[]; readonly own: number } | { readonly error: unknown };
type Turn = { readonly ok: Answered<unknown> } | { readonly error: unknown };

/**
 * One shard: the desks of the tenants that hash to it, in memory, and the only place where they change.
 *
 * Questions are taken in turns, many at a time: each is put to its desk, the policy rules on it, and all that changed is committed to the
 * ledger in one step. Only then are the rulings said, per conversation in order; a ruling that was overtaken comes back as `repaired`.
 */
export class Shard {
  readonly id: number;
  readonly #ports: ShardPorts;
  readonly #desks = new Map<string, Desk>();
  readonly #turns: Batcher<Asked, Turn>;
  #said: string[] = [];
  /** Memory has what the ledger refused. */
  #ahead = false;
  #over = false;

  constructor(ports: ShardPorts) {
    this.id = ports.id;
    this.#ports = ports;
    this.#turns = new Batcher<Asked, Turn>({
      flush: (asked) => this.#turn(asked),
      count_max: QUESTIONS_AT_ONCE,
      bytes_max: Number.POSITIVE_INFINITY,
      size: () => 0,
      pending_max: QUESTIONS_WAITING,
    });
  }

  /** Takes the shard over: its desks as last committed, and what was ruled and not yet said is said. Rejects with {@link Superseded}. */
  async start(): Promise<void> {
    const page = await this.#ports.ledger.load(this.id, this.#ports.token);
    this.#restore(page);
    for (const ruling of page.outbox) void this.#say(ruling, true);
  }

  /** Nothing of its own is tried again after this. */
  stop(): void {
    this.#over = true;
  }

  tenants(): Iterable<string> {
    return this.#desks.keys();
  }

  /** The desk as it is now, to read only. */
  desk(tenant: string): Desk | undefined {
    return this.#desks.get(tenant);
  }

  /** Rejects with the question's own refusal, `busy`, or `unavailable` when nothing could be committed. */
  async ask<T>(tenant: string, question: Question<T>): Promise<Answered<T>> {
    const turn = await this.#turns.add({ tenant, question });
    if ("error" in turn) throw turn.error;
    return turn.ok as Answered<T>;
  }

  /** Time passes: offers run out, graces end, skips are over. Also commits what was said since. */
  async tick(): Promise<void> {
    const restless = [...this.#desks].filter(([, desk]) => mayBeDue(desk)).map(([tenant]) => tenant);
    await Promise.all(restless.map((tenant) => this.ask(tenant, () => ({ answer: undefined, event: { type: "tick" } }))));
    const [any] = this.#desks.keys();
    if (restless.length === 0 && this.#said.length > 0 && any !== undefined) await this.ask(any, () => ({ answer: undefined }));
  }

  /** Resolves when no question is waiting. */
  idle(): Promise<void> {
    return this.#turns.idle();
  }

  async #turn(asked: readonly Asked[]): Promise<Turn[]> {
    if (this.#ahead) await this.#backToLedger();
    const now = this.#ports.clock.now();
    const results = asked.map(({ tenant, question }) => this.#put(tenant, question, now));
    const rulings = results.flatMap((result) => ("rulings" in result ? result.rulings : []));
    await this.#commit(rulings);
    return results.map((result) => {
      if ("error" in result) return result;
      const said = result.rulings.map((ruling) => this.#say(ruling, false));
      return { ok: { answer: result.answer, said: said.slice(0, result.own) } };
    });
  }

  #put(tenant: string, question: Question<unknown>, now: number): Put {
    const desk = this.#desk(tenant);
    try {
      const { answer, event, note } = question(desk, now);
      return { answer, ...(event ? this.#rule(tenant, desk, event, now, note) : { rulings: [], own: 0 }) };
    } catch (error) {
      return { error };
    }
  }

  #rule(tenant: string, desk: Desk, event: DeskEvent, now: number, note: Ruling["note"]): { rulings: Ruling[]; own: number } {
    const rulings: Ruling[] = [];
    const own = step(desk, event, now, (verdict) => {
      rulings.push(this.#rulingOf(tenant, desk, verdict, now, verdict.event === "transferred" ? note : undefined));
    });
    if (event.type !== "tick" || rulings.length > 0) this.#ports.listener.changed(tenant);
    return { rulings, own };
  }

  #rulingOf(tenant: string, desk: Desk, verdict: Verdict, now: number, note: Ruling["note"]): Ruling {
    const conversation = desk.conversations.get(verdict.c);
    if (!conversation) throw new TypeError(`a verdict on ${verdict.c}, which is not on the desk`);
    const ruling = rulingOf({ id: randomId("d"), tenant, now }, conversation, verdict, note);
    this.#ports.counts.ruled(ruling);
    return ruling;
  }

  /** Rejects when nothing was written: the next question finds memory as it was last committed. */
  async #commit(rulings: readonly Ruling[]): Promise<void> {
    const said = this.#said;
    const changes = this.#changes(rulings, said);
    if (isEmpty(changes)) return;
    this.#said = [];
    try {
      await this.#ports.ledger.commit(this.id, this.#ports.token, changes);
    } catch (error) {
      this.#said = [...said, ...this.#said];
      this.#ahead = true;
      if (error instanceof Superseded) this.#supersede();
      throw error instanceof Superseded ? new DeskError("unavailable", "Another router owns this tenant; try again.") : error;
    }
  }

  #changes(rulings: readonly Ruling[], said: readonly string[]): Changes {
    const conversations = [...this.#desks].flatMap(([tenant, desk]) =>
      drained(desk.dirty.conversations).map((c) => ({ tenant, c, ...rowOf(desk.conversations.get(c)) })),
    );
    const agents = [...this.#desks].flatMap(([tenant, desk]) =>
      drained(desk.dirty.agents).map((agent) => {
        const there = desk.agents.get(agent);
        return { tenant, agent, ...rowOf(there && agentRow(there)) };
      }),
    );
    return { conversations, agents, rulings, said };
  }

  #supersede(): void {
    this.#over = true;
    this.#ports.listener.superseded(this.id);
  }

  /** What could not be committed did not happen; who is here is true all the same. */
  async #backToLedger(): Promise<void> {
    const here = [...this.#desks].map(([tenant, desk]) => ({ tenant, agents: [...desk.agents.values()] }));
    this.#restore(await this.#ports.ledger.load(this.id, this.#ports.token));
    this.#ahead = false;
    for (const { tenant, agents } of here)
      for (const { party, profile, gateways } of agents)
        for (const gateway of gateways)
          absorb(this.#desk(tenant), { type: "agent_here", party, profile, gateway }, this.#ports.clock.now());
  }

  #restore({ agents, conversations }: Page): void {
    const now = this.#ports.clock.now();
    this.#desks.clear();
    for (const { tenant, row } of agents) restoreAgent(this.#desk(tenant), row, now);
    for (const { tenant, row } of conversations) restoreConversation(this.#desk(tenant), row, now);
  }

  #say(ruling: Ruling, again: boolean): Promise<Said> {
    const { entered, recorded } = this.#ports.saying.say(ruling, again);
    const heard = entered.then((said) => {
      if (said.at === "overtaken") this.#overtaken(ruling, said);
      else this.#stands(ruling, said);
      return said;
    });
    void this.#clear(ruling, [heard, recorded]);
    return heard;
  }

  async #clear({ id, c }: Ruling, done: readonly Promise<unknown>[]): Promise<void> {
    try {
      await Promise.all(done);
      this.#said.push(id);
    } catch (err) {
      this.#ports.log.warn({ c, ruling: id, err }, "a ruling stays in the outbox");
    }
  }

  #stands(ruling: Ruling, { standing }: Said): void {
    const desk = this.#desks.get(ruling.tenant);
    if (desk) accept(desk, ruling.c, standing);
    this.#ports.listener.stands(withVersion(ruling, standing.authority.version));
    const { c, verdict } = ruling;
    if (verdict.event === "offered") void this.#follow(ruling.tenant, { type: "shown", c, offer: verdict.offer as string });
  }

  #overtaken(ruling: Ruling, { standing }: Said): void {
    const { tenant, c } = ruling;
    this.#ports.counts.overtaken();
    this.#ports.log.warn(
      { c, ruling: ruling.id, event: ruling.verdict.event, stands: describeStanding(standing) },
      "a ruling was overtaken",
    );
    const known = this.#desks.get(tenant)?.conversations.get(c);
    if (known) void this.#follow(tenant, { type: "repaired", c, standing, ask: known.ask, terms: known.terms });
  }

  /** An event of our own: without it an offer would never run out. Until it is taken in. */
  async #follow(tenant: string, event: DeskEvent): Promise<void> {
    while (!this.#over) {
      try {
        await this.ask(tenant, () => ({ answer: undefined, event }));
        return;
      } catch (err) {
        this.#ports.log.warn({ err, event: event.type }, "an event of the shard was not taken in");
        if (!(err instanceof DeskError && err.retry)) return;
      }
      await pause(this.#ports.clock, FOLLOW_AGAIN_MS);
    }
  }

  #desk(tenant: string): Desk {
    const there = this.#desks.get(tenant);
    if (there) return there;
    const desk = newDesk(this.#ports.rules);
    this.#desks.set(tenant, desk);
    return desk;
  }
}

function mayBeDue({ offered, gone, closed, queue }: Desk): boolean {
  return offered.size > 0 || gone.size > 0 || closed.size > 0 || queue.size > 0;
}

function drained(ids: Set<string>): string[] {
  const all = [...ids];
  ids.clear();
  return all;
}

function rowOf<R>(row: R | undefined): { row?: R } {
  return row === undefined ? {} : { row };
}

function isEmpty({ conversations, agents, rulings, said }: Changes): boolean {
  return conversations.length + agents.length + rulings.length + said.length === 0;
}
