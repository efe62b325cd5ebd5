import assert from "node:assert/strict";
import { type Client, type Conversation, createClient, longPollTransport, memoryStorage, type Storage } from "../../client/src/index.js";
import { FakeClock } from "../../lib/clock-fake.js";
import { compare } from "../../proto/position.js";
import { numbers } from "./client-stage.js";
import { Cut } from "./cut.js";
import { ModelDesk } from "./model-desk.js";
import { ModelHttp } from "./model-http.js";
import { C } from "./scripted-desk.js";

/** The ways there are to a desk. */
export const WAYS = ["over a socket", "over HTTP"] as const;
export type Way = (typeof WAYS)[number];

/** One client that reads, and sometimes writes, in the conversation of a model desk. */
export class World {
  readonly desk = new ModelDesk();
  readonly clock = new FakeClock();
  readonly http = new ModelHttp(this.desk, this.clock);
  readonly storage: Storage = memoryStorage();
  readonly client: Client;
  readonly conversation: Conversation;
  /** Mids whose sends were answered. */
  readonly acked: string[] = [];
  said = 0;
  readonly #way: Way;

  constructor(way: Way, cut = new Cut()) {
    const { desk, clock, storage, http } = this;
    this.#way = way;
    cut.break = () => this.drop(1006);
    const random = numbers(7);
    const polling = () => longPollTransport({ fetch: cut.fetch(http.fetch), clock, random });
    const transport = way === "over a socket" ? cut.transport(desk) : polling();
    this.client = createClient({ url: "http://model", token: async () => "t", transport, storage, clock, random, page: 3 });
    this.conversation = this.client.conversation(C);
  }

  async begin(): Promise<void> {
    await this.client.start();
    this.conversation.open().catch(() => undefined);
  }

  send(): void {
    const { mid, sent } = this.conversation.send("text", { text: "mine" });
    sent.then(
      () => this.acked.push(mid),
      () => undefined,
    );
  }

  deliver(count: number): void {
    this.desk.deliver(count);
    this.http.deliver(count);
  }

  /** The connection ends with this code; over HTTP a network knows no codes. */
  drop(code: number): void {
    this.desk.drop(code);
    if (this.#way === "over HTTP") this.http.drop();
  }

  /** Whatever happens: each message once, ascending. */
  orderly(): void {
    const { messages } = this.conversation;
    assert.equal(new Set(messages.map((m) => m.key)).size, messages.length, "a message is shown twice");
    const places = messages.flatMap((m) => (m.pos ? [m.pos] : []));
    assert.deepEqual(places, [...places].sort(compare), "messages are out of order");
  }

  /** Nothing goes wrong for a second: the desk answers, stores everything and delivers it. */
  async second(): Promise<void> {
    this.desk.settle(1_000);
    this.desk.store(1_000);
    for (let each = 0; each < 40; each++) this.desk.answer(0);
    this.deliver(1_000);
    await this.clock.advance(1_000);
    this.orderly();
  }

  /** Nothing more goes wrong, until pings have shown what was lost. */
  async calm(): Promise<void> {
    for (let round = 0; round < 60; round++) {
      await this.second();
      const failed = this.conversation.messages.filter((m) => m.status === "failed");
      for (const { mid } of failed) this.conversation.retry(mid).catch(() => undefined);
      this.conversation.older().catch(() => undefined);
    }
  }

  get shown(): string[] {
    return this.conversation.messages.map((m) => `${m.pos} ${m.mid} ${m.status}`);
  }

  get kept(): string[] {
    return this.desk.entries.filter((entry) => !entry.hidden).map((entry) => `${entry.pos} ${entry.mid} sent`);
  }
}
