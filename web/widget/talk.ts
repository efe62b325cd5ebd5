import { type Ask, type Client, ClientError, type Conversation, type Shown } from "@deskwire/client";
import type { Memory } from "./memory.js";

export interface TalkPorts {
  readonly client: Client;
  readonly memory: Memory;
  readonly ask: Ask;
  readonly changed: () => void;
}

const BEGINNING = [0, 0] as const;
/** The desk says no to this page; trying again changes nothing. */
const REFUSALS: ReadonlySet<string> = new Set(["forbidden", "not_found", "unsupported", "bad_request"]);

/**
 * This visitor's one conversation with the desk. It is asked for with the first words, so that no agent is called to somebody who only
 * looked; until it is there those words wait in memory under the mid they will have.
 */
export class Talk {
  conversation: Conversation | undefined;
  /** The desk takes no conversation from this page. */
  refused = false;
  /** An earlier page of messages is on its way. */
  loading = false;
  /** The visitor wants to go on after the end. */
  again = false;
  readonly #ports: TalkPorts;
  /** The desk has the rating. Nothing tells so in a conversation that is over, until it is read again. */
  #thanked = false;
  #unfollow: () => void = () => undefined;
  #asking: Promise<void> | undefined;

  constructor(ports: TalkPorts) {
    this.#ports = ports;
    ports.client.on("error", ({ code }) => this.#heard(code));
  }

  get isOver(): boolean {
    return this.conversation?.state === "closed";
  }

  /** Since it ended last, the visitor said how it was. */
  get isRated(): boolean {
    return this.#thanked || isRated(this.conversation?.messages ?? []);
  }

  /** Takes up what an earlier page, or another tab, left. */
  async resume(): Promise<void> {
    const { memory } = this.#ports;
    await memory.load();
    if (memory.first.length > 0) this.#ask();
    else if (memory.conversation !== undefined && !this.#isAttached(memory.conversation)) await this.#look(memory.conversation);
    this.#ports.changed();
  }

  /** Looks whether what was over goes on in another tab. */
  async refresh(): Promise<void> {
    if (this.isOver) await this.conversation?.open().catch(() => undefined);
  }

  /** False when the text is longer than the desk takes. */
  say(text: string): boolean {
    const { client, memory } = this.#ports;
    if (new TextEncoder().encode(JSON.stringify({ text })).length > client.textBytes) return false;
    if (this.#isOpen) this.conversation?.send("text", { text });
    else {
      memory.write({ mid: client.mid(), text, at: client.clock.now() });
      this.#ask();
    }
    this.#ports.changed();
    return true;
  }

  retry(key: string): void {
    const mid = this.#midOf(key);
    if (mid === undefined || this.isOver) this.#ask(mid);
    // What becomes of it shows in the thread.
    else this.conversation?.retry(mid).catch(() => undefined);
  }

  /** What the desk makes of it shows in the thread. */
  recall(key: string): void {
    const mid = this.#midOf(key);
    if (mid !== undefined) this.conversation?.recall(mid).catch(() => undefined);
  }

  discard(key: string): void {
    const mid = this.#midOf(key);
    if (mid === undefined) this.#ports.memory.drop(key);
    else this.conversation?.discard(mid);
    this.#ports.changed();
  }

  async older(): Promise<void> {
    const { conversation } = this;
    if (this.loading || !conversation?.position || conversation.complete) return;
    this.loading = true;
    this.#ports.changed();
    await conversation.older().catch(() => undefined);
    this.loading = false;
    this.#ports.changed();
  }

  read(): void {
    if (this.conversation && this.conversation.unread > 0) this.conversation.read();
  }

  type(text: string): void {
    if (this.#isOpen) this.conversation?.type(text);
  }

  async end(): Promise<void> {
    if (this.conversation) await this.#ports.client.insist("close", { c: this.conversation.c }).catch(() => undefined);
  }

  goOn(): void {
    this.again = true;
    this.#ports.changed();
  }

  async rate(score: number, comment: string): Promise<void> {
    if (!this.conversation) return;
    const rating = { c: this.conversation.c, score, ...(comment === "" ? {} : { comment }) };
    this.#thanked = (await this.#ports.client.insist("rate", rating).catch(() => undefined)) !== undefined;
    this.#ports.changed();
  }

  /** The visitor is somebody else from here on: the conversation was the former one's. */
  forget(): void {
    this.#follow(undefined);
    this.#ports.memory.converse(undefined);
  }

  #isAttached(c: string): boolean {
    return this.conversation?.c === c && this.conversation.attached;
  }

  get #isOpen(): boolean {
    return this.conversation?.state !== undefined && !this.isOver;
  }

  #midOf(key: string): string | undefined {
    return this.conversation?.messages.find((message) => message.key === key)?.mid;
  }

  async #look(c: string): Promise<void> {
    const { client } = this.#ports;
    this.#follow(client.conversation(c));
    await client.open(c).catch((error: ClientError) => error.code === "stopped" || this.forget());
  }

  #ask(failed?: string): void {
    this.refused = false;
    this.#asking ??= this.#open(failed).finally(() => {
      this.#asking = undefined;
      this.#ports.changed();
    });
  }

  async #open(failed: string | undefined): Promise<void> {
    const { client, memory, ask } = this.#ports;
    try {
      const conversation = await client.open({ ask });
      memory.converse(conversation.c);
      this.again = false;
      this.#thanked = false;
      this.#follow(conversation);
      if (failed !== undefined) conversation.retry(failed).catch(() => undefined);
      this.#sendFirst(conversation);
    } catch (error) {
      this.#heard(error instanceof ClientError ? error.code : "unavailable");
    }
  }

  #sendFirst({ c, position }: Conversation): void {
    const { client, memory } = this.#ports;
    for (const { mid, text, at } of memory.first) {
      client.outbox.add({ c, mid, kind: "text", body: { text }, since: position ?? BEGINNING, at }).catch(() => undefined);
      memory.drop(mid);
    }
  }

  #follow(conversation: Conversation | undefined): void {
    if (conversation === this.conversation) return;
    this.#unfollow();
    this.conversation?.leave();
    this.conversation = conversation;
    this.#unfollow = conversation?.subscribe(() => this.#moved(conversation)) ?? (() => undefined);
    this.#ports.changed();
  }

  /** One that may not be read any more is somebody else's, or was deleted. */
  #moved({ lost }: Conversation): void {
    if (lost) this.forget();
    this.#ports.changed();
  }

  #heard(code: string): void {
    if (!REFUSALS.has(code)) return;
    this.refused = true;
    this.#ports.changed();
  }
}

/** The router notes a rating behind the entry that closed. */
export function isRated(messages: readonly Pick<Shown, "kind" | "body">[]): boolean {
  const last = messages.findLast(({ kind, body }) => isRating(kind, body) || (kind === "routing" && body["event"] === "closed"));
  return last?.kind === "system";
}

function isRating(kind: string, body: Shown["body"]): boolean {
  return kind === "system" && body["code"] === "rated";
}
