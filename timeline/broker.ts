import type { Party } from "../proto/message.js";
import type { Position } from "../proto/position.js";
import type { Authority, Entry, Mark } from "./entry.js";

/**
 * Broker: the live end of every conversation. It gives positions, keeps the window, and carries entries to the nodes that have a
 * conversation attached.
 *
 * Order: inside one life of a conversation positions run 1, 2, 3 … and each node receives them in that order.
 * Delivery: at most once; a node that may have missed something is told by {@link Inbox.lost} and attaches again.
 * Durability: none. What must last is in the journal; a broker that forgot everything only ends the lives it held.
 * Fence: every call names the storage epoch its caller believes in. A broker that holds another one answers `fenced`, with
 * nothing written and nothing read.
 */
export interface Broker {
  /** The storage epoch installed here, or 0 before the first {@link install}. */
  epoch(): Promise<number>;

  /** Makes E the storage epoch. True when E is greater than the installed one; all lives of an older epoch are then over. */
  install(E: number): Promise<boolean>;

  /**
   * One atomic step: fence, sender allowed?, dedupe by (sender, mid), position given, stored in the window, marked unsettled with
   * `node` as its owner, and published to the inbox of every node where the conversation is attached.
   * A dedupe hit is answered before every other check but the fence. A refusal for `not_assigned` or `closed` is remembered for
   * its mid, so that another attempt in flight gets the same one.
   *
   * An append that `recalls` an entry of its own sender is judged by this broker's own clock in the same step. From that step on the entry it
   * withdraws is answered with the body `{"recalled":true}` wherever this broker gives it out (window, attach, duplicate), and keeps its place,
   * kind, sender and mid; a later append of its mid is the same duplicate as before. An unsettled entry is never withdrawn, so what goes
   * to the journal is always whole. A broker whose entries cannot be rewritten keeps the recalled positions beside them, for as long as
   * the window holds them, and blanks as it reads.
   */
  append(append: Append): Promise<Appended>;

  /** Takes the unsettled mark from entries the journal holds. Idempotent. `unknown`: no such entry in the life under this epoch. */
  settle(E: number, entries: readonly EntryRef[]): Promise<SettleAnswer>;

  /**
   * One step: the node joins the conversation and reads. Everything after the answer's `head` reaches the node's inbox, nothing at
   * or below it does twice. `serial` grows per node and conversation; a detach of another serial is ignored.
   */
  attach(attach: Attach): Promise<Attached>;
  detach(node: string, c: string, serial: number): Promise<void>;

  /** What the window holds, ascending: the newest `limit` entries below `before`, or the first `limit` above `after`. */
  window(E: number, c: string, range: WindowRange): Promise<WindowPage>;

  /** The current life without entries: head, where its window starts, and its authority. */
  life(E: number, c: string): Promise<LifeAnswer>;

  /** Entries without the journal's word yet, oldest first, each conversation's in its order; none under another storage epoch. */
  unsettled(E: number, limit: number): Promise<readonly Unsettled[]>;

  /** Moves a user's marks forward and tells attached nodes. Best effort. Answers both as they stand; undefined when neither moved. */
  mark(E: number, c: string, mark: Mark, origin: string): Promise<Mark | undefined>;

  /** Tells attached nodes, and remembers for later attaches, that a user has sockets (or none) at this node. */
  present(E: number, c: string, node: string, user: string, online: boolean): Promise<void>;

  /** Carries an encoded event to attached nodes, unnumbered: it may be lost. `origin` is handed through for the receiver's use. */
  signal(E: number, c: string, signal: Signal): Promise<void>;

  /** Connects a node's inbox. Calls come one at a time, in order. Only one inbox per node. */
  subscribe(node: string, inbox: Inbox): Promise<void>;

  /** Forgets the node: its inbox, attachments and presence. Its unsettled entries stay, for others to sweep. */
  unsubscribe(node: string): Promise<void>;
}

export interface Append {
  readonly E: number;
  readonly node: string;
  readonly tenant: string;
  readonly c: string;
  readonly from: Party;
  readonly mid: string;
  readonly kind: string;
  /** Hash of (kind, body): the same mid with another one is `conflict`. */
  readonly hash: string;
  readonly audience: Entry["audience"];
  /** The frame from `"mid"` on: the broker writes ev, c, pos and ts in front. */
  readonly tail: string;
  /** Up to where the sender had read when it first tried this mid. */
  readonly since: Position;
  /** The caller vouches that this agent may read the conversation, and may post notes; or that this bot serves its topic, and may post. Neither holds it. */
  readonly reader?: boolean;
  /** Compare-and-set of the assignment: accepted only if the life's version is `expect`. */
  readonly routing?: RoutingChange;
  /** Withdraws an entry of this sender, if it may: `pending` while that is unsettled, `forbidden` when it is older than `within_ms`. */
  readonly recalls?: Recalls;
  /** Begins a life under E: `new` with its authority as entry 1, `barrier` without any. */
  readonly begins?: "new" | "barrier";
}

/** A durable entry, of this life or an earlier one, that its sender withdraws. */
export interface Recalls {
  readonly pos: Position;
  readonly ts: number;
  /** How long after `ts` it may. */
  readonly within_ms: number;
}

export interface RoutingChange {
  /** The version before this entry; `asserts` when the life has only its barrier. */
  readonly expect: number | "asserts";
  readonly authority: Authority;
}

export type Appended =
  | {
      readonly at: "appended";
      readonly entry: Entry;
      /** Unsettled routing entries below this one: the journal takes them first, in the same batch. */
      readonly ahead: readonly Entry[];
    }
  | { readonly at: "duplicate"; readonly entry: Entry; readonly settled: boolean; readonly ahead: readonly Entry[] }
  | { readonly at: "refused"; readonly code: "not_assigned" | "closed" | "conflict" | "busy" | "not_found" | "forbidden" | "pending" }
  /** A routing change came too late: what stands instead. */
  | { readonly at: "stale"; readonly authority: Authority | undefined; readonly head: Position }
  /** No life under E, or one that has only its barrier: the router must begin or assert one. */
  | { readonly at: "cold" }
  /** `begins` found a life that is already there. */
  | { readonly at: "alive"; readonly head: Position; readonly authority: Authority | undefined }
  /**
   * The window cannot prove that this mid is new. Look it up in history up to the journal's end as of now; when it is absent, append
   * again with `base` in place of `since`.
   */
  | { readonly at: "lookup"; readonly life: number; readonly base: Position }
  | Fenced;

export interface Fenced {
  readonly at: "fenced";
  /** The storage epoch installed at the broker. */
  readonly E: number;
}

export interface EntryRef {
  readonly c: string;
  readonly pos: Position;
}

export type SettleAnswer = { readonly at: "settled"; readonly unknown: readonly EntryRef[] } | Fenced;

export interface Attach {
  readonly E: number;
  readonly node: string;
  readonly tenant: string;
  readonly c: string;
  readonly serial: number;
  /** Entries wanted with it. */
  readonly read: WindowRange;
}

export type Attached =
  | (Life & { readonly at: "attached"; readonly page: Page; readonly marks: readonly Mark[]; readonly present: readonly string[] })
  /** Another tenant's conversation: not joined. */
  | { readonly at: "refused"; readonly code: "not_found" }
  /** No life under E, or one that has only its barrier: not joined. */
  | { readonly at: "cold" }
  | Fenced;

/** At most one of `before` and `after`; with neither the newest entries. Both exclusive. */
export interface WindowRange {
  readonly before?: Position;
  readonly after?: Position;
  readonly limit: number;
}

export interface Page {
  readonly entries: readonly Entry[];
  /** The window holds more in the direction asked for. */
  readonly more: boolean;
  /** The window does not reach back to `after` (or to `before`): what is missing is in history, or was lost with an older life. */
  readonly gap: boolean;
}

export interface Life {
  readonly tenant: string;
  readonly epoch: number;
  readonly head: Position;
  /** The position of the oldest entry in the window. */
  readonly first: Position;
  /** Lowest unsettled position − 1, or the head. */
  readonly base: Position;
  /** The conversation's only life, with nothing before entry 1. */
  readonly newborn: boolean;
  /** Absent while the life has only its barrier. */
  readonly authority: Authority | undefined;
}

export type WindowPage = (Life & { readonly at: "window"; readonly page: Page }) | { readonly at: "cold" } | Fenced;
export type LifeAnswer = (Life & { readonly at: "life" }) | { readonly at: "cold" } | Fenced;

export interface Unsettled {
  readonly entry: Entry;
  /** The node whose append it was. */
  readonly owner: string;
  readonly age_ms: number;
}

/** An event without a place in the order: typing, marks, presence. */
export interface Signal {
  /** Encoded event frame. */
  readonly frame: string;
  /** Shown to agents only when set. */
  readonly audience: Entry["audience"];
  /** The socket that caused it, which does not get it back. */
  readonly origin: string;
}

export interface Inbox {
  entry(entry: Entry): void;
  signal(c: string, signal: Signal): void;
  /** Something may have been missed in this bucket (every bucket when undefined): attach its conversations again. */
  lost(bucket?: number): void;
}
