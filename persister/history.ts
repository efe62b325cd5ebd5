import type { Position } from "../proto/position.js";
import type { Authority, Entry, Mark } from "../timeline/entry.js";
import type { Past } from "../timeline/past.js";
import type { Decision, VisitorRecord } from "../timeline/record.js";
import type { ConversationRow, ConversationsQuery } from "./store.js";

/**
 * History: what was said, read back. Served over gRPC by the persister; gateways and routers hold a client.
 *
 * Honest: a page is complete, or says in `incomplete` which half-open ranges `(from, to]` cannot be read yet.
 * Every call rejects with `unavailable` when the service does not answer within its deadline.
 */
export interface History extends Past {
  page(query: PageQuery): Promise<HistoryPage>;

  /**
   * The authority that the last routing entry before the life `epoch` left, read after entry 1 of that life is stored: nothing can come
   * before it any more. Rejects with `pending` until then. Undefined when the conversation has no routing entry.
   */
  before(tenant: string, c: string, epoch: number): Promise<Authority | undefined>;

  conversation(tenant: string, c: string): Promise<ConversationRow | undefined>;
  conversations(query: ConversationsQuery): Promise<{ readonly rows: readonly ConversationRow[]; readonly cursor?: string }>;
  marks(tenant: string, c: string): Promise<readonly Mark[]>;
  visitor(tenant: string, id: string): Promise<VisitorRecord | undefined>;
  /** The newest, oldest first: all below `upto`, the partition's end offset asked for at this request, when the persister passes it in time. */
  decisions(tenant: string, c: string, limit: number, upto: number): Promise<readonly Decision[]>;
}

/** The end of a range that is open at its newest side: something may follow, and nobody can say yet how far. */
export const OPEN_END: Position = [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER];

/**
 * At most one of `before` and `after`; with neither the newest. `upto`: the partition's end offset asked for at this request; the page
 * is complete at its newest side only if the persister has passed it. Without it the newest side is not judged: the caller lays the
 * broker's window there.
 */
export interface PageQuery {
  readonly tenant: string;
  readonly c: string;
  readonly before?: Position;
  readonly after?: Position;
  readonly limit: number;
  readonly upto?: number;
}

export interface HistoryPage {
  /** Ascending. An entry that could not be read back has only its position. */
  readonly rows: readonly { readonly pos: Position; readonly entry?: Entry }[];
  /** The store holds more in the direction asked for. A page may end early, before `limit`, to stay below its bytes. */
  readonly more: boolean;
  readonly incomplete: readonly (readonly [from: Position, to: Position])[];
}
