import type { Clock } from "./clock.js";
import type { Conversation } from "./conversation.js";
import { Emitter } from "./emitter.js";
import { type ClientError, mayPass } from "./errors.js";
import type { AgentEvent, AgentPresence, AgentStatus, Fields, Held, Inbox, Offer, Opened } from "./wire.js";

export interface DeskPorts {
  readonly clock: Clock;
  call<R>(op: string, fields: Fields, first?: (result: R) => void): Promise<R>;
  insist<R>(op: string, fields: Fields, first?: (result: R) => void): Promise<R>;
  conversation(c: string): Conversation;
}

/** An offer with the local time (of the client's clock) at which it runs out. */
export interface OpenOffer extends Offer {
  readonly expires_at: number;
}

export interface Target {
  readonly agent?: string;
  readonly topic?: string;
  readonly skills?: readonly string[];
}

export interface QueueView {
  readonly waiting?: readonly Fields[];
  readonly topics: readonly Fields[];
  readonly agents?: readonly Fields[];
}

export type DeskEvents = { changed: []; error: [error: ClientError] };

/** An agent's side: its status, what it is offered, what it holds, and the queue. */
export class Desk extends Emitter<DeskEvents> {
  current: AgentStatus | undefined;
  /** Why the status changed, when it was not this client that set it. */
  reason: string | undefined;
  held: readonly Held[] = [];
  queue: QueueView | undefined;
  readonly #ports: DeskPorts;
  readonly #offers = new Map<string, OpenOffer>();
  #watching = false;
  /** Answers are not promised in order: which asking was the last, and which one's answer is shown. */
  #queueAsked = 0;
  #queueTaken = 0;
  #reading = false;
  /** Something happened that the reading under way may not know of. */
  #stale = false;

  constructor(ports: DeskPorts) {
    super();
    this.#ports = ports;
  }

  get offers(): readonly OpenOffer[] {
    return [...this.#offers.values()];
  }

  subscribe(listener: () => void): () => void {
    return this.on("changed", listener);
  }

  async status(status: AgentPresence, wish: { capacity?: number; skills?: readonly string[] } = {}): Promise<AgentStatus> {
    const { capacity, load, ...answer } = await this.#ports.call<AgentStatus>("status", { status, ...wish });
    this.current = { status: answer.status, capacity, load };
    this.reason = undefined;
    this.#stale = true;
    this.emit("changed");
    return this.current;
  }

  /** Resolves with the conversation, attached; rejects with `conflict` when somebody else was first or the offer is over. */
  async accept(offer: Pick<Offer, "c" | "offer">): Promise<Conversation> {
    const conversation = this.#ports.conversation(offer.c);
    const taken = this.#ports.call<Opened>("accept", { c: offer.c, offer: offer.offer }, (reply) => conversation.opened(reply));
    await taken.catch((error: ClientError) => {
      if (error.code === "conflict") this.#gone(offer.offer);
      throw error;
    });
    this.#gone(offer.offer);
    this.refresh();
    return conversation;
  }

  async decline(offer: Pick<Offer, "c" | "offer">, reason?: string): Promise<void> {
    await this.#ports.call("decline", { c: offer.c, offer: offer.offer, ...(reason === undefined ? {} : { reason }) });
    this.#gone(offer.offer);
  }

  async transfer(c: string, to: Target, note?: string): Promise<void> {
    await this.#ports.call("transfer", { c, to, ...(note === undefined ? {} : { note }) });
  }

  /** Picks a conversation (`me`: it is then open here), or gives it to somebody. Rejects with `conflict` when there is no room for it. */
  async assign(c: string, agent: string): Promise<void> {
    const conversation = this.#ports.conversation(c);
    await this.#ports.call<Partial<Opened>>("assign", { c, agent }, (reply) => reply.messages && conversation.opened(reply as Opened));
    this.refresh();
  }

  /** Adds and takes away; answers all tags the conversation has. Whoever has it open sees the entry that says so. */
  async tag(c: string, change: { readonly add?: readonly string[]; readonly remove?: readonly string[] }): Promise<readonly string[]> {
    return (await this.#ports.call<{ tags: readonly string[] }>("tag", { c, ...change })).tags;
  }

  hold = (c: string): Promise<unknown> => this.#ports.call("hold", { c });
  unhold = (c: string): Promise<unknown> => this.#ports.call("unhold", { c });
  wrapped = (c: string): Promise<unknown> => this.#ports.call("wrapped", { c });

  async explain(c: string): Promise<readonly Fields[]> {
    return (await this.#ports.call<{ decisions: readonly Fields[] }>("explain", { c })).decisions;
  }

  /** Reads the queue; with `watch` it is read again on every change, also after a reconnect. */
  async readQueue(watch?: boolean): Promise<QueueView> {
    if (watch !== undefined) this.#watching = watch;
    const asked = ++this.#queueAsked;
    const queue = await this.#ports.call<QueueView>("queue", watch === undefined ? {} : { watch });
    if (asked < this.#queueTaken) return queue;
    this.#queueTaken = asked;
    this.queue = queue;
    this.emit("changed");
    return queue;
  }

  /** A new connection: offers come again by themselves, what is held is asked for. Called by the client. */
  ready(): void {
    this.#offers.clear();
    this.refresh();
    if (this.#watching) this.#again(true);
    this.emit("changed");
  }

  /** Called by the client. */
  event(event: AgentEvent): void {
    if (event.ev !== "queue_changed") this.#stale = true;
    switch (event.ev) {
      case "offer":
        this.#offered(event);
        break;
      case "offer_end":
        this.#gone(event.offer);
        return;
      case "assigned":
        this.refresh();
        break;
      case "released":
        this.held = this.held.filter((each) => each.c !== event.c);
        this.#ports.conversation(event.c).detached();
        this.refresh();
        break;
      case "status":
        if (this.current) this.current = { ...this.current, status: event.status };
        this.reason = event.reason;
        this.refresh();
        break;
      case "queue_changed":
        this.#again();
        return;
    }
    this.emit("changed");
  }

  /** Reads the inbox; one reading is under way at a time, and what changed meanwhile is read again. */
  refresh(): void {
    this.#stale = true;
    if (!this.#reading) void this.#read();
  }

  async #read(): Promise<void> {
    this.#reading = true;
    try {
      while (this.#stale) {
        this.#stale = false;
        const inbox = await this.#ports.insist<Inbox>("inbox", {});
        if (!this.#stale) this.#took(inbox);
      }
    } catch (error) {
      this.emit("error", error as ClientError);
    } finally {
      this.#reading = false;
    }
  }

  #took({ status, capacity, load, conversations, offers }: Inbox): void {
    this.current = { status, capacity, load };
    this.held = conversations;
    for (const offer of offers) if (!this.#offers.has(offer.offer)) this.#offered(offer);
    this.emit("changed");
  }

  #offered(offer: Offer): void {
    this.#offers.set(offer.offer, { ...offer, expires_at: this.#ports.clock.monotonic() + offer.expires_ms });
  }

  #again(watch?: boolean): void {
    this.readQueue(watch).catch((error: ClientError) => mayPass(error) || this.emit("error", error));
  }

  #gone(offer: string): void {
    this.#offers.delete(offer);
    this.emit("changed");
  }
}
