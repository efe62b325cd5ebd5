import { ClientError, type Conversation } from "../../client/src/index.js";

/** Messages one side has on their way at a time. */
const DEPTH = 4;

/**
 * One side of a conversation that says as many things as it is allowed to, and holds some of them in flight all the time. What the SDK gave
 * up, because the connection broke under it twice, is sent again as a person would do it.
 */
export class Talker {
  /** Messages that were not confirmed yet, by mid. */
  readonly unconfirmed = new Map<string, Promise<unknown>>();
  given_up = 0;
  said = 0;
  readonly #conversation: Conversation;
  readonly #name: string;
  #allowed = 0;
  #talking: Promise<unknown> = Promise.resolve();

  constructor(conversation: Conversation, name: string) {
    this.#conversation = conversation;
    this.#name = name;
  }

  /** Goes on until so many things were said in all. */
  allow(count: number): void {
    this.#allowed = count;
    const talk = Promise.all(Array.from({ length: DEPTH }, () => this.#talk()));
    this.#talking = Promise.all([this.#talking, talk]);
    this.#talking.catch(() => undefined);
  }

  /** Resolves when all that was allowed is confirmed; rejects with what the server refused. */
  async done(): Promise<void> {
    await this.#talking;
  }

  async #talk(): Promise<void> {
    while (this.said < this.#allowed) {
      const { mid, sent } = this.#conversation.send("text", { text: `${this.#name} says ${this.said++}` });
      const confirmed = this.#confirm(mid, sent).finally(() => this.unconfirmed.delete(mid));
      this.unconfirmed.set(mid, confirmed);
      await confirmed;
    }
  }

  async #confirm(mid: string, sent: Promise<unknown>): Promise<void> {
    try {
      await sent;
    } catch (error) {
      if (!(error instanceof ClientError && error.code === "undeliverable")) throw error;
      this.given_up++;
      await this.#confirm(mid, this.#conversation.retry(mid));
    }
  }
}
