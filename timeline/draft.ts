import type { Audience, Party } from "../proto/message.js";
import type { Position } from "../proto/position.js";
import type { Recalls, RoutingChange } from "./broker.js";
import type { Authority } from "./entry.js";

/** What somebody wants to say, before it has a place. */
export interface Draft {
  readonly tenant: string;
  readonly c: string;
  readonly from: Party;
  readonly mid: string;
  readonly kind: string;
  readonly body: Readonly<Record<string, unknown>>;
  /** Up to where the sender had read when it first tried this mid; the beginning when it does not say. */
  readonly since?: Position;
  /** The caller vouches that this agent may read the conversation, and may post notes; or that this bot serves its topic, and may post. Neither holds it. */
  readonly reader?: boolean;
  /** What it withdraws, and who saw that. */
  readonly recalls?: Recalls & { readonly audience: Audience };
}

/** The router's drafts: an assignment is a message and a compare-and-set. */
export interface RoutingDraft extends Draft {
  readonly routing: RoutingChange;
}

/** A message in the live timeline. */
export interface Receipt {
  /** Where the broker put it. */
  readonly place: Place;
  /** The mid was already said: this is its first place. */
  readonly dup: boolean;
  /**
   * Resolves when the entry is on the journal and settled under the epoch it was appended in, with the place it has for ever: the
   * reply names this one. Rejects with `pending` when that is not known 3 s after this append; the entry may still become durable.
   * May be ignored: a rejection nobody waits for is not an unhandled one.
   */
  readonly durable: Promise<Place>;
}

/** Where a message stands. */
export interface Place {
  readonly pos: Position;
  readonly ts: number;
}

/** What a sender is told: its message stands here, durably. */
export interface Posted extends Place {
  readonly dup: boolean;
}

/** The answer to a routing draft. */
export type Routed =
  | { readonly at: "routed"; readonly receipt: Receipt }
  /** Too late: what stands instead (no authority while the life has only its barrier). */
  | { readonly at: "stale"; readonly authority: Authority | undefined; readonly head: Position }
  | { readonly at: "cold" };

/** The answer to the first entry of a life. */
export type Begun =
  | { readonly at: "begun"; readonly receipt: Receipt }
  | { readonly at: "alive"; readonly authority: Authority | undefined; readonly head: Position };
