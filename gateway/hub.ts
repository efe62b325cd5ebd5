import type { Party } from "../proto/message.js";
import type { Inbox, Signal, WindowRange } from "../timeline/broker.js";
import { type Authority, bucketOf, type Entry } from "../timeline/entry.js";
import { type LiveAttach, LiveConversation, type LivePorts, type Seat } from "./live-conversation.js";
import type { Outlet } from "./outlet.js";
import { Reader } from "./reader.js";
import { ConversationSignal } from "./signal.js";

/** Conversations attached again at the same time after something was lost: the broker and the router serve others too. */
const REATTACH_AT_ONCE = 16;

/**
 * From the node's inbox to local sockets. The only way in for entries and signals, so there is one order per node.
 *
 * A node attaches a conversation once, however many of its sockets read it, and leaves it with the last of them.
 */
export class Hub implements Inbox {
  readonly #ports: LivePorts;
  readonly #conversations = new Map<string, LiveConversation>();

  constructor(ports: LivePorts) {
    this.#ports = ports;
  }

  get size(): number {
    return this.#conversations.size;
  }

  /** Makes a reader that is held until {@link Reader.release}. The caller has to know that its user may read. */
  join(tenant: string, c: string, user: Party, origin: string, outlet: Outlet): Reader {
    return this.sit(tenant, c, (conversation) => new Reader(conversation, outlet, user, origin));
  }

  /** {@link join}, for whoever follows without a socket. */
  sit<S extends Seat>(tenant: string, c: string, make: (conversation: LiveConversation) => S): S {
    let conversation = this.#conversations.get(c);
    if (conversation?.tenant !== tenant) conversation = undefined;
    conversation ??= new LiveConversation(this.#ports, tenant, c);
    this.#conversations.set(c, conversation);
    const seat = make(conversation);
    conversation.add(seat);
    return seat;
  }

  /**
   * One step: the node joins and reads; what comes after the answer's head reaches the reader when it is released. Undefined when the
   * conversation is closed and has no life. Rejects as {@link Timeline.attach} does; the reader then still has to {@link leave}.
   */
  async attach(reader: Seat, read: WindowRange): Promise<LiveAttach | undefined> {
    const { conversation } = reader;
    const life = await conversation.attach(read);
    if (life && reader.here) conversation.welcome(reader);
    if (life && this.#conversations.get(conversation.c) === undefined) await this.#ports.timeline.detach(conversation.c);
    return life;
  }

  leave(reader: Seat): void {
    const { conversation } = reader;
    conversation.remove(reader);
    if (!conversation.empty || this.#conversations.get(conversation.c) !== conversation) return;
    this.#conversations.delete(conversation.c);
    this.#ports.timeline
      .detach(conversation.c)
      .catch((err: unknown) => this.#ports.log.warn({ c: conversation.c, err }, "the broker still counts this node as a reader"));
  }

  /** As this node has it from attaching; undefined when it has not. */
  authority(tenant: string, c: string): Authority | undefined {
    const conversation = this.#conversations.get(c);
    return conversation?.tenant === tenant ? conversation.authority : undefined;
  }

  entry(entry: Entry): void {
    this.#conversations.get(entry.c)?.entry(entry);
  }

  signal(c: string, signal: Signal): void {
    this.#conversations.get(c)?.signal(new ConversationSignal(signal));
  }

  lost(bucket?: number): void {
    const hit = [...this.#conversations.values()].filter(({ c }) => bucket === undefined || bucketOf(c) === bucket);
    for (let lane = 0; lane < REATTACH_AT_ONCE; lane++) void this.#reattach(hit);
  }

  async #reattach(queue: LiveConversation[]): Promise<void> {
    for (let next = queue.pop(); next; next = queue.pop()) await next.reattach();
  }
}
