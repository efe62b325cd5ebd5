import type { ConversationState, MessageEvent } from "../../proto/message.js";
import { BEGINNING, compare, type Position } from "../../proto/position.js";
import type { Opened, QueuePlace } from "./wire.js";

/** Where one conversation stands, as the newest of its routing entries and replies to `open` says. */
export class Routing {
  state: ConversationState | undefined;
  assignee: string | undefined;
  queue: QueuePlace | undefined;
  #at: Position = BEGINNING;

  opened({ state, assignee, queue, head }: Opened): void {
    this.state = state;
    this.assignee = assignee;
    this.queue = queue;
    this.#at = head;
  }

  /** A routing entry. False when it changes nothing: an older one, or a barrier, which carries no authority. */
  entry(message: MessageEvent): boolean {
    if (compare(message.pos, this.#at) <= 0) return false;
    this.#at = message.pos;
    const body = message.body as { state?: ConversationState; assignee?: string; event?: string };
    if (body.event === "barrier") return false;
    this.state = body.state ?? this.state;
    this.assignee = body.assignee;
    if (this.state !== "queued" && this.state !== "offered") this.queue = undefined;
    return true;
  }
}
