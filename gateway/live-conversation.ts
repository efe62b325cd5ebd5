import { type Clock, pause } from "../lib/clock.js";
import { DeskError } from "../lib/errors.js";
import type { Logger } from "../lib/log.js";
import type { Party } from "../proto/message.js";
import { BEGINNING, later, type Position } from "../proto/position.js";
import type { Attached, Life, Page, WindowRange } from "../timeline/broker.js";
import type { Authority, Entry } from "../timeline/entry.js";
import type { Timeline } from "../timeline/timeline.js";
import type { ConversationSignal } from "./signal.js";

export type LiveAttach = Extract<Attached, { at: "attached" }>;
export type WindowAnswer = Life & { readonly page: Page };

export interface LivePorts {
  readonly timeline: Pick<Timeline, "attach" | "detach" | "window" | "present">;
  readonly clock: Clock;
  readonly log: Logger;
  /** The last stored position of a conversation that is closed and has no life. */
  readonly endOf: (tenant: string, c: string) => Promise<Position | undefined>;
  /** It is of another topic from here on: not everybody who reads it may go on. */
  readonly moved: (c: string) => void;
}

/** One socket that reads the conversation here, as far as the conversation tells it anything. */
export interface Follower {
  readonly user: { readonly id: string };
  /** The last position sent; undefined while its reply is under way. */
  readonly delivered: Position | undefined;
  entry(entry: Entry): void;
  signal(signal: ConversationSignal): void;
  /** Something may have been missed: read on from the last position sent. */
  catchUp(): void;
  /** The conversation has no live end any more; its last position is `head`. */
  finish(head: Position): void;
  leave(): void;
}

/** A follower whose user may turn out to be somebody. */
export interface Identifiable extends Follower {
  identified(user: Party): void;
}

/** A follower that has a place in one conversation. */
export interface Seat extends Follower {
  readonly conversation: LiveConversation;
  /** Its user counts as here. */
  readonly here: boolean;
}

const RETRY_MS = 1_000;

/** Entries kept for readers whose window page is being read. A reader that finds them incomplete reads the window again. */
const ARRIVED_MAX = 256;

/** This node's attachment to one conversation, shared by the sockets that read it here. Knows the head and who is here. */
export class LiveConversation {
  readonly tenant: string;
  readonly c: string;
  readonly #ports: LivePorts;
  readonly #readers = new Set<Follower>();
  /** Readers that were let in: their users are here. */
  readonly #here = new Set<Follower>();
  #head: Position = BEGINNING;
  #authority: Authority | undefined;
  #arrived: Entry[] = [];
  #reads = 0;
  #lost = false;
  #reattaching: Promise<void> | undefined;

  constructor(ports: LivePorts, tenant: string, c: string) {
    this.#ports = ports;
    this.tenant = tenant;
    this.c = c;
  }

  get head(): Position {
    return this.#head;
  }

  /** As of the last routing entry that came by; undefined before the first attach. */
  get authority(): Authority | undefined {
    return this.#authority;
  }

  get empty(): boolean {
    return this.#readers.size === 0;
  }

  add(reader: Follower): void {
    this.#readers.add(reader);
  }

  remove(reader: Follower): void {
    if (!this.#readers.delete(reader)) return;
    reader.leave();
    if (this.#here.delete(reader) && !this.#isHere(reader.user.id)) this.#present(reader.user.id, false);
  }

  /** Joins the node and reads; undefined when the conversation is closed and has no life. */
  async attach(read: WindowRange): Promise<LiveAttach | undefined> {
    const life = await this.#ports.timeline.attach(this.tenant, this.c, read);
    if (life) this.#learn(life);
    else if (this.empty) await this.#ports.timeline.detach(this.c);
    return life;
  }

  /** The reader is let in: the others learn that its user is here. */
  welcome(reader: Follower): void {
    if (!this.#readers.has(reader)) return;
    const came = !this.#isHere(reader.user.id);
    this.#here.add(reader);
    if (came) this.#present(reader.user.id, true);
  }

  /** The reader's user is somebody else from now on. */
  identified(reader: Identifiable, user: Party): void {
    const was = reader.user.id;
    const here = this.#here.delete(reader);
    reader.identified(user);
    if (!here) return;
    this.welcome(reader);
    if (!this.#isHere(was)) this.#present(was, false);
  }

  entry(entry: Entry): void {
    this.#head = later(this.#head, entry.pos);
    this.#stands(entry.authority);
    if (this.#reads > 0) this.#remember(entry);
    for (const reader of this.#readers) reader.entry(entry);
  }

  signal(signal: ConversationSignal): void {
    for (const reader of this.#readers) reader.signal(signal);
  }

  /**
   * Hands the window after `after` to `use`, together with the entries that arrived since it was asked; nothing can arrive in between.
   * A life that is over is attached anew first, and `use` is then not called. Resolves also when neither can be done yet, after a pause.
   */
  async read(after: Position, limit: number, use: (answer: WindowAnswer, arrived: readonly Entry[]) => void): Promise<void> {
    this.#reads++;
    try {
      const answer = await this.#ports.timeline.window(this.c, { after, limit });
      if (answer.at === "window") {
        this.#learn(answer);
        return use(answer, this.#arrived);
      }
    } catch (error) {
      return await this.#later(error);
    } finally {
      if (--this.#reads === 0) this.#arrived = [];
    }
    await this.reattach();
  }

  /** Something may have been missed by this moment: attaches again after it, and every reader goes on from its own position. */
  reattach(): Promise<void> {
    this.#lost = true;
    this.#reattaching ??= this.#reattach().finally(() => {
      this.#reattaching = undefined;
    });
    return this.#reattaching;
  }

  async #reattach(): Promise<void> {
    while (this.#lost && !this.empty) {
      this.#lost = false;
      try {
        const life = await this.attach({ after: this.#head, limit: 1 });
        life ? this.#goOn() : await this.#end();
      } catch (error) {
        this.#lost = true;
        await this.#later(error);
      }
    }
  }

  #goOn(): void {
    for (const user of new Set([...this.#here].map((reader) => reader.user.id))) this.#present(user, true);
    for (const reader of this.#readers) reader.catchUp();
  }

  async #end(): Promise<void> {
    const head = await this.#ports.endOf(this.tenant, this.c);
    for (const reader of [...this.#readers]) {
      if (head) reader.finish(head);
      if (reader.delivered) this.remove(reader);
    }
  }

  #isHere(user: string): boolean {
    return [...this.#here].some((reader) => reader.user.id === user);
  }

  #learn(life: Life): void {
    this.#head = later(this.#head, life.head);
    this.#stands(life.authority);
  }

  #stands(authority = this.#authority): void {
    const before = this.#authority?.topic;
    this.#authority = authority;
    if (before !== undefined && before !== authority?.topic) this.#ports.moved(this.c);
  }

  #remember(entry: Entry): void {
    if (this.#arrived.length >= ARRIVED_MAX) this.#arrived = [];
    this.#arrived.push(entry);
  }

  #present(user: string, online: boolean): void {
    this.#ports.timeline
      .present(this.c, user, online)
      .catch((err: unknown) => this.#ports.log.warn({ c: this.c, err }, "presence was not told"));
  }

  async #later(error: unknown): Promise<void> {
    if (!(error instanceof DeskError && error.retry))
      this.#ports.log.error({ c: this.c, err: error }, "a live conversation cannot be read");
    await pause(this.#ports.clock, RETRY_MS);
  }
}
