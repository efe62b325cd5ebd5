import { createHash } from "node:crypto";
import type { Audience, ConversationState, Party } from "../proto/message.js";
import type { Position } from "../proto/position.js";

/**
 * One entry of a timeline as every room behind the gateway carries it. `frame` is the encoded `message` event: the same bytes in
 * the window, on the bus, in the journal, in the store and on the wire. The other fields are what can be asked of it unparsed.
 */
export interface Entry {
  readonly tenant: string;
  readonly c: string;
  readonly pos: Position;
  readonly ts: number;
  readonly from: string;
  readonly mid: string;
  readonly kind: string;
  readonly audience: Audience;
  readonly frame: string;
  /** What a routing entry decided. Absent on every other kind, and on `barrier`. */
  readonly authority?: Authority;
}

/** Who may read and write a conversation, as its last routing entry left it. */
export interface Authority {
  readonly version: number;
  readonly state: ConversationState;
  readonly topic: string;
  readonly visitor: Party;
  /** User id of the agent who holds the conversation. Absent when nobody does. */
  readonly assignee?: string;
  /** The visitor and every agent who holds or held it, in order of arrival. */
  readonly members: readonly Party[];
}

/** What one user has received and read. Positions only move forward. */
export interface Mark {
  readonly user: string;
  readonly got?: Position;
  readonly read?: Position;
}

/** Conversations hash to one of this many buckets; a bucket's keys and channel live together. Recorded, never changed. */
export const BUCKETS = 256;

/** The bucket of a conversation: FNV-1a over its UTF-16 code units. */
export function bucketOf(c: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < c.length; i++) hash = Math.imul(hash ^ c.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % BUCKETS;
}

/** Identifies content: two sends of one mid are the same message when their kind and body hash alike. */
export function contentHash(kind: string, body: unknown): string {
  return createHash("sha256").update(kind).update("\n").update(JSON.stringify(body)).digest("base64url").slice(0, 22);
}
