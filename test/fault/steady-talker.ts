import { ClientError, type Conversation } from "../../client/src/index.js";

/** From a send to its reply, both by the sender's clock. */
export interface Said {
  readonly at_ms: number;
  readonly took_ms: number;
}

/**
 * One side of a conversation that says something at even times, however long the answers take: what is slow does not slow the talk down, and
 * so shows. What the SDK gave back, because the connection broke under it twice, is sent again as a person would do it.
 */
export class SteadyTalker {
  /** What was confirmed, in the order of the confirmations. */
  readonly said: Said[] = [];
  /** What the server refused, for good. */
  readonly refused: string[] = [];
  readonly #conversation: Conversation;
  readonly #name: string;
  readonly #open = new Map<Promise<void>, number>();
  #count = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(conversation: Conversation, name: string) {
    this.#conversation = conversation;
    this.#name = name;
  }

  /** `offset_ms`: where in the period it begins, so that not all speak at once. */
  start(period_ms: number, offset_ms: number): void {
    this.#timer = setTimeout(() => {
      this.#say();
      this.#timer = setInterval(() => this.#say(), period_ms);
    }, offset_ms);
  }

  /** Resolves when what was said before that moment is confirmed or refused. */
  async confirmed(before_ms: number): Promise<void> {
    await Promise.all([...this.#open].filter(([, at_ms]) => at_ms < before_ms).map(([confirmed]) => confirmed));
  }

  /** Says nothing more. */
  silence(): void {
    clearInterval(this.#timer);
  }

  /** Says nothing more; resolves when all that was said is confirmed or refused. */
  async finish(): Promise<void> {
    this.silence();
    await Promise.all(this.#open.keys());
  }

  #say(): void {
    const at_ms = performance.now();
    const { mid, sent } = this.#conversation.send("text", { text: `${this.#name} says ${this.#count++}` });
    const confirmed = this.#confirm(mid, sent).then(
      () => void this.said.push({ at_ms, took_ms: performance.now() - at_ms }),
      (error: unknown) => void this.refused.push(`${mid}: ${String(error)}`),
    );
    this.#open.set(confirmed, at_ms);
    void confirmed.finally(() => this.#open.delete(confirmed));
  }

  async #confirm(mid: string, sent: Promise<unknown>): Promise<void> {
    try {
      await sent;
    } catch (error) {
      if (!(error instanceof ClientError && error.code === "undeliverable")) throw error;
      await this.#confirm(mid, this.#conversation.retry(mid));
    }
  }
}
