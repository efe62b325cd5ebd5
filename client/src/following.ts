import { compare, type Position } from "../../proto/position.js";
import { backoff } from "./backoff.js";
import { type Clock, pause } from "./clock.js";
import { asClientError, type ClientError, mayPass, Unreached } from "./errors.js";
import type { HistoryPage, ServerEvent } from "./wire.js";

export interface FollowingPorts {
  /** What is above `after`, waited for. */
  readonly page: (after: Position, signal: unknown) => Promise<HistoryPage>;
  /** Where the conversation stands. */
  readonly head: () => Promise<Position>;
  readonly tell: (event: ServerEvent) => void;
  /** Nothing more can be had over this connection. */
  readonly broken: (error: ClientError) => void;
  readonly clock: Clock;
  readonly random: () => number;
  readonly wait_ms: number;
}

interface Aborter {
  readonly signal: unknown;
  abort(): void;
}

/** Missing in some mini-program runtimes: a wait is then left to its end, and what it brings is dropped. */
const makeAborter = (): Aborter | undefined => {
  const { AbortController } = globalThis as { AbortController?: new () => Aborter };
  return AbortController && new AbortController();
};

/**
 * Follows one conversation by asking, again and again, for what comes next, and tells it as the events a socket would have brought: in
 * order, each once, and a `gap` where another life began or a page has a hole.
 */
export class Following {
  readonly c: string;
  /** The last position told. */
  cursor: Position;
  readonly #ports: FollowingPorts;
  readonly #aborter = makeAborter();
  #over = false;
  /** How often in a row nothing was gained. */
  #tries = 0;

  constructor(c: string, from: Position, ports: FollowingPorts) {
    this.c = c;
    this.cursor = from;
    this.#ports = ports;
    void this.#run();
  }

  stop(): void {
    this.#over = true;
    this.#aborter?.abort();
  }

  async #run(): Promise<void> {
    while (!this.#over) {
      try {
        await this.#step();
      } catch (error) {
        if (!this.#over) await this.#failed(asClientError(error));
      }
    }
  }

  async #step(): Promise<void> {
    const { clock, wait_ms, page } = this.#ports;
    const asked_ms = clock.monotonic();
    const answer = await page(this.cursor, this.#aborter?.signal);
    if (this.#over) return;
    if (answer.messages.length > 0) return this.#take(answer);
    if (clock.monotonic() - asked_ms >= wait_ms / 2) this.#tries = 0;
    else await this.#again(!answer.incomplete);
  }

  #take({ messages, incomplete = [] }: HistoryPage): void {
    this.#tries = 0;
    const last = messages.at(-1)?.pos ?? this.cursor;
    const whole = incomplete.length === 0 && messages.every(({ pos }) => pos[0] === this.cursor[0]);
    if (!whole) return this.#jump(last);
    for (const message of messages) {
      this.cursor = message.pos;
      this.#ports.tell("mid" in message ? message : { ev: "skip", c: this.c, pos: message.pos });
    }
  }

  /** An empty page that did not wait: it cannot be read yet, the server is leaving, or this place is none of its own any more. */
  async #again(whole: boolean): Promise<void> {
    await this.#rest();
    if (this.#over || !whole) return;
    const head = await this.#ports.head();
    if (!this.#over && (head[0] !== this.cursor[0] || compare(head, this.cursor) < 0)) this.#jump(head);
  }

  #jump(head: Position): void {
    const after = this.cursor;
    this.cursor = head;
    this.#ports.tell({ ev: "gap", c: this.c, after, head });
  }

  async #failed(error: ClientError): Promise<void> {
    const lost = error instanceof Unreached || error.code === "unauthenticated" || error.code === "forbidden";
    if (lost || !mayPass(error)) this.stop();
    if (lost) this.#ports.broken(error);
    // Its reader asks history, and hears why there is nothing more.
    else if (!mayPass(error)) this.#jump(this.cursor);
    else await this.#rest(error.retry_after_ms);
  }

  #rest(told_ms?: number): Promise<void> {
    const { clock, random } = this.#ports;
    return pause(clock, told_ms ?? 100 + backoff(this.#tries++, random));
  }
}
