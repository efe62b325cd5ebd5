import type { Position } from "../proto/position.js";

/** What the timeline asks of history: whether a mid was already said. Served by the persister. */
export interface Past {
  /**
   * The place of (sender, mid), looking at everything below `upto` of the conversation's partition and at every life before
   * `life`. Rejects with `pending` while that is not conclusive: entry 1 of `life` is not stored yet, or the persister has not passed `upto`.
   */
  find(query: PastQuery): Promise<Found | undefined>;
}

export interface PastQuery {
  readonly tenant: string;
  readonly c: string;
  readonly from: string;
  readonly mid: string;
  /** Epoch of the current life; 0 when the conversation has none, and then every life counts as over. */
  readonly life: number;
  readonly upto: number;
}

export interface Found {
  readonly pos: Position;
  readonly ts: number;
  /** Hash of (kind, body) of what was stored. */
  readonly hash: string;
}
