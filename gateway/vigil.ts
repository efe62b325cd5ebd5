import type { Timer } from "../lib/clock.js";
import type { DeskError } from "../lib/errors.js";
import type { Party } from "../proto/message.js";
import { compare, type Position } from "../proto/position.js";
import type { Entry } from "../timeline/entry.js";
import type { LiveConversation, Seat } from "./live-conversation.js";
import type { Session } from "./session.js";

/** One request that waits for the conversation to stand elsewhere than at `after`. */
export class Wait {
  readonly session: Session;
  readonly after: Position;
  /** Rejects when it ended with an error. */
  readonly ended: Promise<void>;
  #end!: (error?: DeskError) => void;

  constructor(session: Session, after: Position) {
    this.session = session;
    this.after = after;
    this.ended = new Promise<void>((resolve, reject) => {
      this.#end = (error) => (error ? reject(error) : resolve());
    });
    // It may end while the conversation is still being attached.
    this.ended.catch(() => undefined);
  }

  end(error?: DeskError): void {
    this.#end(error);
  }

  /** The conversation's head is this: also a lower one, or one of another life, is news. */
  look(head: Position): void {
    if (compare(head, this.after) !== 0) this.end();
  }
}

/** One user's place in a conversation while it waits without a socket: whatever happens there ends the waits, and nothing is sent. */
export class Vigil implements Seat {
  readonly owner: string;
  readonly conversation: LiveConversation;
  readonly user: Party;
  readonly here = true;
  readonly #waits = new Set<Wait>();
  #timer: Timer | undefined;
  #over = false;

  constructor(owner: string, conversation: LiveConversation, user: Party) {
    this.owner = owner;
    this.conversation = conversation;
    this.user = user;
  }

  /** It was taken from the conversation. */
  get over(): boolean {
    return this.#over;
  }

  get delivered(): Position {
    return this.conversation.head;
  }

  add(wait: Wait): void {
    this.#timer?.cancel();
    this.#waits.add(wait);
  }

  /** Answers how many go on. */
  drop(wait: Wait): number {
    this.#waits.delete(wait);
    return this.#waits.size;
  }

  /** Nobody waits: stays until this timer, unless somebody does again. */
  linger(timer: Timer): void {
    this.#timer = timer;
  }

  entry({ pos }: Entry): void {
    for (const wait of this.#waits) if (compare(pos, wait.after) > 0) wait.end();
  }

  signal(): void {}

  catchUp(): void {
    this.finish(this.conversation.head);
  }

  finish(head: Position): void {
    for (const wait of this.#waits) wait.look(head);
  }

  leave(): void {
    this.#over = true;
    this.#timer?.cancel();
  }
}
