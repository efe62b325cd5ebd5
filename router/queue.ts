import type { Conversation } from "./conversation.js";

/** Higher priority first, then by arrival; ties by id. */
export function before(a: Conversation, b: Conversation): number {
  return b.priority - a.priority || a.arrived_at - b.arrived_at || a.arrived_seq - b.arrived_seq || (a.c < b.c ? -1 : a.c > b.c ? 1 : 0);
}

/** Conversations that ask for the same: what fits one fits all, but for whom each was already shown to. */
export function laneOf(conversation: Conversation): string {
  return JSON.stringify([conversation.topic, ...conversation.skills]);
}

/**
 * Who waits, in order. A line is a topic's waiting visitors as they count themselves, those with an open offer included; a lane is the
 * part of it that asks for the same skills and has no offer yet.
 *
 * Insertion and removal are a binary search each: order never depends on when it is asked for.
 */
export class Queue {
  readonly #lanes = new Map<string, Conversation[]>();
  readonly #lines = new Map<string, Conversation[]>();
  readonly #places = new Map<string, { readonly line: string; readonly lane: string | undefined }>();

  get size(): number {
    return this.#places.size;
  }

  enter(conversation: Conversation, offered: boolean): void {
    this.leave(conversation);
    const place = { line: conversation.topic, lane: offered ? undefined : laneOf(conversation) };
    this.#places.set(conversation.c, place);
    insert(this.#lines, place.line, conversation);
    if (place.lane !== undefined) insert(this.#lanes, place.lane, conversation);
  }

  /** Must be called before anything that decides its place is changed. */
  leave(conversation: Conversation): void {
    const place = this.#places.get(conversation.c);
    if (!place) return;
    this.#places.delete(conversation.c);
    remove(this.#lines, place.line, conversation);
    if (place.lane !== undefined) remove(this.#lanes, place.lane, conversation);
  }

  /** Every lane with somebody in it; none is empty. */
  lanes(): Iterable<readonly Conversation[]> {
    return this.#lanes.values();
  }

  topics(): Iterable<string> {
    return this.#lines.keys();
  }

  line(topic: string): readonly Conversation[] {
    return this.#lines.get(topic) ?? [];
  }

  /** 1 for who is next in its topic; undefined for who does not wait. */
  position(conversation: Conversation): number | undefined {
    const place = this.#places.get(conversation.c);
    return place && search(this.#lines.get(place.line) ?? [], conversation) + 1;
  }
}

function insert(sorted: Map<string, Conversation[]>, key: string, conversation: Conversation): void {
  const list = sorted.get(key);
  if (list) list.splice(search(list, conversation), 0, conversation);
  else sorted.set(key, [conversation]);
}

function remove(sorted: Map<string, Conversation[]>, key: string, conversation: Conversation): void {
  const list = sorted.get(key);
  if (!list) return;
  list.splice(search(list, conversation), 1);
  if (list.length === 0) sorted.delete(key);
}

/** Where it stands, or belongs. */
function search(list: readonly Conversation[], conversation: Conversation): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (before(list[middle] as Conversation, conversation) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
