import type { Logger } from "../lib/log.js";
import type { Inbox, Signal } from "./broker.js";
import { bucketOf, type Entry } from "./entry.js";

interface Delivery {
  readonly c: string;
  readonly hand: (inbox: Inbox) => void;
}

/**
 * Who in this process reads what: node inboxes, the conversations they have attached, and the users who are present.
 *
 * Every node receives the deliveries of all conversations in the order they were made here, one at a time, also when a delivery causes
 * another one. An inbox that throws is told that it lost that bucket.
 */
export class Attachments {
  readonly #log: Logger;
  readonly #inboxes = new Map<string, Inbox>();
  /** Conversation -> node -> serial of its attach. */
  readonly #attached = new Map<string, Map<string, number>>();
  /** Conversation -> user -> nodes with a socket of theirs. */
  readonly #present = new Map<string, Map<string, Set<string>>>();
  readonly #deliveries: Delivery[] = [];
  #delivering = false;

  constructor(log: Logger) {
    this.#log = log;
  }

  subscribe(node: string, inbox: Inbox): void {
    this.#inboxes.set(node, inbox);
  }

  attach(c: string, node: string, serial: number): void {
    inner(this.#attached, c, () => new Map<string, number>()).set(node, serial);
  }

  /** Ignores another attach's serial. */
  detach(c: string, node: string, serial: number): void {
    const nodes = this.#attached.get(c);
    if (nodes?.get(node) !== serial) return;
    nodes.delete(node);
    if (nodes.size === 0) this.#attached.delete(c);
  }

  publish(entry: Entry): void {
    this.#deliver({ c: entry.c, hand: (inbox) => inbox.entry(entry) });
  }

  signal(c: string, signal: Signal): void {
    this.#deliver({ c, hand: (inbox) => inbox.signal(c, signal) });
  }

  /** Everything that was attached under an older epoch has to be attached again. */
  lost(): void {
    for (const inbox of this.#inboxes.values()) inbox.lost();
  }

  present(c: string): readonly string[] {
    return [...(this.#present.get(c)?.keys() ?? [])];
  }

  /** True when the user came with its first node, or left with its last. */
  setPresent(c: string, node: string, user: string, online: boolean): boolean {
    return online ? this.#arrive(c, node, user) : this.#depart(c, node, user);
  }

  /** Forgets the node; answers who is gone with it. */
  unsubscribe(node: string): readonly { readonly c: string; readonly user: string }[] {
    this.#inboxes.delete(node);
    for (const [c, nodes] of this.#attached) if (nodes.delete(node) && nodes.size === 0) this.#attached.delete(c);
    const there = [...this.#present].flatMap(([c, users]) => [...users.keys()].map((user) => ({ c, user })));
    return there.filter(({ c, user }) => this.#depart(c, node, user));
  }

  #arrive(c: string, node: string, user: string): boolean {
    const nodes = inner(
      inner(this.#present, c, () => new Map<string, Set<string>>()),
      user,
      () => new Set<string>(),
    );
    const first = nodes.size === 0;
    nodes.add(node);
    return first;
  }

  #depart(c: string, node: string, user: string): boolean {
    const users = this.#present.get(c);
    const nodes = users?.get(user);
    if (!users || !nodes?.delete(node) || nodes.size > 0) return false;
    users.delete(user);
    if (users.size === 0) this.#present.delete(c);
    return true;
  }

  #deliver(delivery: Delivery): void {
    this.#deliveries.push(delivery);
    if (this.#delivering) return;
    this.#delivering = true;
    for (let next = this.#deliveries.shift(); next; next = this.#deliveries.shift()) this.#handOut(next);
    this.#delivering = false;
  }

  #handOut({ c, hand }: Delivery): void {
    for (const node of this.#attached.get(c)?.keys() ?? []) {
      const inbox = this.#inboxes.get(node);
      if (!inbox) continue;
      try {
        hand(inbox);
      } catch (err) {
        this.#log.error({ c, node, err }, "an inbox did not take its delivery");
        inbox.lost(bucketOf(c));
      }
    }
  }
}

function inner<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const there = map.get(key);
  if (there !== undefined) return there;
  const made = make();
  map.set(key, made);
  return made;
}
