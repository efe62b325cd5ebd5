import type { Party } from "../proto/message.js";
import type { Position } from "../proto/position.js";
import type { Authority, Entry, Mark } from "../timeline/entry.js";
import type { Decision, VisitorRecord } from "../timeline/record.js";

/**
 * Store: history on disk. Written by the persister only, in the journal's order; read by the history service.
 *
 * Every write is an idempotent upsert: the same batch twice leaves what it left once. Entries are keyed by position and never
 * overwritten by other content, with one exception: the entry that a stored `recall` of its own sender names keeps its place and loses
 * its content, in its row and in the conversation's summary, whichever of the two records is stored first or comes again. What the
 * content hashed to is kept, so that its mid is still known. The journal keeps its records for as long as it keeps any.
 *
 * Mutable rows (marks, visitors, conversation summaries) keep the version of the highest offset.
 */
export interface Store {
  /**
   * Writes one batch of one partition and remembers its last offset as passed, in that order. Durable when it resolves. Rejects with
   * `unavailable` when the outcome is unknown; the caller writes the same batch again.
   *
   * Entries and unreadable rows are taken in the order of their offsets. Answers those that were put aside as dead letters instead of
   * stored: `late_epoch` (entry 1 of a newer epoch of the conversation is stored) and `other_content` (the position holds another entry).
   */
  write(batch: StoreBatch): Promise<readonly DeadLetter[]>;

  /** All records of the partition with an offset at or below this are stored or dead-lettered. -1 before the first. */
  passed(partition: number): Promise<number>;

  /** Ascending; the newest `limit` rows below `before`, or the first `limit` above `after`; `rows` may start inside any epoch. */
  rows(query: RowsQuery): Promise<readonly StoredRow[]>;

  /** The row of (sender, mid). */
  find(tenant: string, c: string, from: string, mid: string): Promise<StoredRow | undefined>;

  /** True when entry 1 of this life is stored. */
  begun(tenant: string, c: string, epoch: number): Promise<boolean>;

  /** The newest epoch of this conversation whose entry 1 is stored. */
  latestEpoch(tenant: string, c: string): Promise<number | undefined>;

  conversation(tenant: string, c: string): Promise<ConversationRow | undefined>;

  /**
   * Newest activity first. Any filter left out does not filter. `cursor` is the answer's own and absent on the last page; a page may hold
   * fewer than `limit` rows and still have one. Rejects with `bad_request` for a cursor no answer gave.
   */
  conversations(query: ConversationsQuery): Promise<{ readonly rows: readonly ConversationRow[]; readonly cursor?: string }>;

  marks(tenant: string, c: string): Promise<readonly Mark[]>;
  visitor(tenant: string, id: string): Promise<VisitorRecord | undefined>;

  /** The newest `limit`, oldest first. */
  decisions(tenant: string, c: string, limit: number): Promise<readonly Decision[]>;

  /** By partition, oldest first. */
  deadLetters(limit: number): Promise<readonly DeadLetter[]>;
}

export interface StoreBatch {
  readonly partition: number;
  /** Offset of the batch's last record. */
  readonly through: number;
  readonly entries: readonly { readonly offset: number; readonly entry: Entry }[];
  /** Rows that take the place of entries that cannot be read: shown as `hidden` to everybody. */
  readonly unreadable: readonly { readonly offset: number; readonly tenant: string; readonly c: string; readonly pos: Position }[];
  readonly marks: readonly { readonly offset: number; readonly tenant: string; readonly c: string; readonly mark: Mark }[];
  readonly visitors: readonly { readonly offset: number; readonly visitor: VisitorRecord }[];
  readonly decisions: readonly { readonly tenant: string; readonly c: string; readonly decision: Decision }[];
  readonly deadLetters: readonly DeadLetter[];
}

export interface DeadLetter {
  readonly partition: number;
  readonly offset: number;
  readonly reason: string;
  readonly bytes: Uint8Array;
}

/** `entry` is absent where only an unreadable record took the position. */
export interface StoredRow {
  readonly pos: Position;
  readonly entry?: Entry;
  /** Hash of the content that a recall took. Absent where the entry still has it. */
  readonly hash?: string;
}

export interface RowsQuery {
  readonly tenant: string;
  readonly c: string;
  readonly before?: Position;
  readonly after?: Position;
  readonly limit: number;
}

/** The summary of a conversation, as its stored entries leave it. Known once its first routing entry is stored. */
export interface ConversationRow {
  readonly tenant: string;
  readonly c: string;
  readonly authority: Authority;
  readonly head: Position;
  readonly opened_at: number;
  /** Time of the newest entry that is not `barrier` or `asserted`. */
  readonly updated_at: number;
  readonly closed_at?: number;
  readonly closed_reason?: string;
  /** Position at which it was last closed; it, `closed_at` and `closed_reason` are present while it is closed. */
  readonly closed?: Position;
  readonly rating?: { readonly score: number; readonly comment?: string };
  /** `text` is empty where its sender took it back. */
  readonly last?: {
    readonly ts: number;
    readonly from: Party;
    readonly kind: string;
    readonly text: string;
    readonly recalled?: true;
  };
  /** In alphabetical order. */
  readonly tags: readonly string[];
}

export interface ConversationsQuery {
  readonly tenant: string;
  /** Conversations this user is a member of. */
  readonly member?: string;
  /** Whose conversations: this visitor's. */
  readonly visitor?: string;
  /** Conversations this agent or bot holds or held. */
  readonly agent?: string;
  readonly topic?: string;
  readonly tag?: string;
  readonly state?: string;
  /** Every one of these words is part of the visitor's name or of what was last said, in whatever case. */
  readonly words?: readonly string[];
  /** Only what this reader may read: where it is a member, and all of these topics. */
  readonly reader?: { readonly id: string; readonly topics: readonly string[] };
  /** Bounds of `updated_at`: `from` is inside, `to` is outside. */
  readonly from?: number;
  readonly to?: number;
  readonly limit: number;
  readonly cursor?: string;
}
