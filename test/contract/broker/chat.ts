import assert from "node:assert/strict";
import { messageTail } from "../../../proto/frames.js";
import { audienceOf, type ConversationState, type Party } from "../../../proto/message.js";
import { BEGINNING, type Position } from "../../../proto/position.js";
import type { Append, Appended, Broker, Inbox, Life, SettleAnswer, Signal, Unsettled, WindowRange } from "../../../timeline/broker.js";
import { type Authority, contentHash, type Entry } from "../../../timeline/entry.js";

export const TENANT = "shop";
export const VISITOR: Party = { id: "v_1", role: "visitor", name: "Wei" };
export const ADA: Party = { id: "ada", role: "agent", name: "Ada" };
export const LIN: Party = { id: "lin", role: "agent", name: "Lin" };
export const SUN: Party = { id: "sun", role: "supervisor", name: "Sun" };
export const BOT: Party = { id: "helper", role: "bot", name: "Helper" };
export const SYSTEM: Party = { id: "deskwire", role: "system", name: "Deskwire" };

/** Narrows an answer to the one that is expected, and says which one came instead. */
export function as<A extends { readonly at: string }, At extends A["at"]>(answer: A, at: At): Extract<A, { readonly at: At }> {
  assert.equal(answer.at, at, JSON.stringify(answer));
  return answer as Extract<A, { readonly at: At }>;
}

/** Who holds the conversation, and since which version. */
export function held(version: number, assignee?: Party, state: ConversationState = assignee ? "active" : "queued"): Authority {
  const members = assignee ? [VISITOR, assignee] : [VISITOR];
  return { version, state, topic: "support", visitor: VISITOR, members, ...(assignee && { assignee: assignee.id }) };
}

/** What may be different about an append; the rest is a visitor's text from node n1, who has read nothing. */
export type Odd = Partial<Append> & { readonly text?: string };

/** One conversation at a broker, as a test speaks to it. */
export class Chat {
  readonly broker: Broker;
  readonly c: string;
  readonly E: number;

  constructor(broker: Broker, { c = "c_1", E = 1 }: { readonly c?: string; readonly E?: number } = {}) {
    this.broker = broker;
    this.c = c;
    this.E = E;
  }

  /** A new conversation under storage epoch 1, in the queue. */
  static async begun(broker: Broker, at: { readonly c?: string; readonly E?: number } = {}): Promise<Chat> {
    const chat = new Chat(broker, at);
    await broker.install(chat.E);
    await chat.begin();
    return chat;
  }

  /** The same conversation through another client. */
  through(broker: Broker): Chat {
    return new Chat(broker, { c: this.c, E: this.E });
  }

  begin(odd: Odd = {}): Promise<Appended> {
    return this.#routing("begin", { begins: "new", routing: { expect: 0, authority: held(1) }, ...odd });
  }

  barrier(odd: Odd = {}): Promise<Appended> {
    return this.#routing("barrier", { begins: "barrier", ...odd });
  }

  say(mid: string, { text = mid, ...odd }: Odd = {}): Promise<Appended> {
    const { from = VISITOR, kind = "text" } = odd;
    return this.broker.append({
      ...{ E: this.E, node: "n1", tenant: TENANT, c: this.c, from, mid, kind, hash: contentHash(kind, { text }) },
      ...{ audience: audienceOf(kind, { text }), tail: messageTail({ mid, from, kind, body: { text } }), since: BEGINNING },
      ...odd,
    });
  }

  async said(mid: string, odd: Odd = {}): Promise<Entry> {
    return as(await this.say(mid, odd), "appended").entry;
  }

  /** Says so many, and answers them. */
  async sayAll(count: number, odd: Odd = {}): Promise<Entry[]> {
    const entries: Entry[] = [];
    for (let i = 1; i <= count; i++) entries.push(await this.said(`m${i}`, odd));
    return entries;
  }

  /** The router's change to `authority`, whose version says what it expects. */
  route(authority: Authority, odd: Odd = {}): Promise<Appended> {
    return this.#routing(`v${authority.version}`, { routing: { expect: authority.version - 1, authority }, ...odd });
  }

  assert(authority: Authority): Promise<Appended> {
    return this.#routing("asserted", { routing: { expect: "asserts", authority } });
  }

  settle(...positions: Position[]): Promise<SettleAnswer> {
    return this.broker.settle(
      this.E,
      positions.map((pos) => ({ c: this.c, pos })),
    );
  }

  async settleAll(): Promise<void> {
    await this.settle(...(await this.unsettled()).map(({ entry }) => entry.pos));
  }

  async unsettled(): Promise<readonly Unsettled[]> {
    return (await this.broker.unsettled(this.E, 1_000)).filter(({ entry }) => entry.c === this.c);
  }

  async life(): Promise<Life> {
    return as(await this.broker.life(this.E, this.c), "life");
  }

  /** The mids in the window, with whether more or less than asked for was there. */
  async window(range: WindowRange): Promise<{ readonly mids: string[]; readonly more: boolean; readonly gap: boolean }> {
    const { page } = as(await this.broker.window(this.E, this.c, range), "window");
    return { mids: page.entries.map(({ mid }) => mid), more: page.more, gap: page.gap };
  }

  async mids(): Promise<string[]> {
    return (await this.window({ limit: 1_000 })).mids;
  }

  async attach(node: string, { serial = 1, ...range }: Partial<WindowRange> & { readonly serial?: number } = {}) {
    const answer = await this.broker.attach({ E: this.E, node, tenant: TENANT, c: this.c, serial, read: { limit: 1_000, ...range } });
    return as(answer, "attached");
  }

  #routing(event: string, odd: Odd): Promise<Appended> {
    return this.say(event, { from: SYSTEM, kind: "routing", node: "router", ...odd });
  }
}

/** A node's inbox that writes down what it hears. */
export class Ear implements Inbox {
  readonly entries: Entry[] = [];
  readonly signals: { readonly c: string; readonly signal: Signal }[] = [];
  readonly losses: (number | undefined)[] = [];

  static async at(broker: Broker, node: string): Promise<Ear> {
    const ear = new Ear();
    await broker.subscribe(node, ear);
    return ear;
  }

  get mids(): string[] {
    return this.entries.map(({ mid }) => mid);
  }

  get events(): unknown[] {
    return this.signals.map(({ signal }) => JSON.parse(signal.frame));
  }

  entry(entry: Entry): void {
    this.entries.push(entry);
  }

  signal(c: string, signal: Signal): void {
    this.signals.push({ c, signal });
  }

  lost(bucket?: number): void {
    this.losses.push(bucket);
  }
}
