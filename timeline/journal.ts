import type { JournalRecord } from "./record.js";

/**
 * Journal: the durable, ordered record behind every timeline, and the source of storage epochs.
 *
 * Order: records of one bucket are consumed in the order their appends resolved.
 * Delivery: at least once. A consumer MUST be idempotent by position.
 */
export interface Journal {
  /** Fixed for the life of the journal; a conversation's records go to partition `bucketOf(c) % partitions`. */
  readonly partitions: number;

  /**
   * Resolves when all records survive the loss of any one machine of the journal (fsynced, when embedded), in the order given.
   * Rejects with `unavailable` when that is not known within the adapter's timeout. Rejection means unknown, never "not written":
   * the caller MUST append the same records again or drop them.
   */
  append(records: readonly JournalRecord[]): Promise<void>;

  /** The offset behind the last record of a partition: every append that resolved before this call lies below it. */
  end(partition: number): Promise<number>;

  /**
   * Reads each partition in order from the group's committed offset on. The handler is given one batch of a partition at a time; when
   * it resolves, the batch is committed; when it rejects, the same records come again after a pause.
   */
  consume(group: string, handler: BatchHandler): Promise<Consumption>;

  /** A number greater than every number this journal ever gave out, also after a restart of everything; durable when it resolves. */
  seal(reason: string): Promise<number>;
}

export type BatchHandler = (batch: Batch) => Promise<void>;

export interface Batch {
  readonly partition: number;
  readonly records: readonly RawRecord[];
}

/** As it lies in the journal; `decodeRecord` of `record.ts` reads it. May be damaged or foreign. */
export interface RawRecord {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

export interface Consumption {
  /** Finishes and commits the batch in hand, then reads no more. */
  stop(): Promise<void>;
}
