import { type Clock, pause } from "../lib/clock.js";
import { refuse } from "../lib/errors.js";
import { fittingCount } from "../lib/fitting.js";
import { readMessage } from "../proto/frames.js";
import { BEGINNING, type Position } from "../proto/position.js";
import { type Authority, bucketOf, contentHash, type Mark } from "../timeline/entry.js";
import type { Found, PastQuery } from "../timeline/past.js";
import type { Decision, VisitorRecord } from "../timeline/record.js";
import { type History, type HistoryPage, OPEN_END, type PageQuery } from "./history.js";
import { holes } from "./holes.js";
import type { ConversationRow, ConversationsQuery, Store, StoredRow } from "./store.js";

export interface StoredHistoryOptions {
  readonly store: Store;
  readonly partitions: number;
  readonly clock: Clock;
  /** How long a question waits for the persister before it is answered `pending`, or its page `incomplete`. */
  readonly patience_ms?: number;
}

const PATIENCE_MS = 1_500;
const LOOK_AGAIN_MS = 15;
const LOOK_BACK_ROWS = 100;
/** Bytes of frames in one page; a page ends before it grows beyond. */
const PAGE_BYTES_MAX = 1024 * 1024;

/** History over a store that this process can read. Behind the gRPC service, and never in front of a client. */
export class StoredHistory implements History {
  readonly #store: Store;
  readonly #partitions: number;
  readonly #clock: Clock;
  readonly #patience_ms: number;

  constructor({ store, partitions, clock, patience_ms = PATIENCE_MS }: StoredHistoryOptions) {
    this.#store = store;
    this.#partitions = partitions;
    this.#clock = clock;
    this.#patience_ms = patience_ms;
  }

  async find({ tenant, c, from, mid, life, upto }: PastQuery): Promise<Found | undefined> {
    const conclusive = await this.#within(
      async () => (await this.#hasPassed(c, upto)) && (life === 0 || (await this.#store.begun(tenant, c, life))),
    );
    if (!conclusive) return refuse("pending", "History is behind; try again.", LOOK_AGAIN_MS);
    const row = await this.#store.find(tenant, c, from, mid);
    if (!row?.entry) return undefined;
    const { kind, body, ts } = readMessage(row.entry.frame);
    return { pos: row.pos, ts, hash: row.hash ?? contentHash(kind, body) };
  }

  async page(query: PageQuery): Promise<HistoryPage> {
    const { tenant, c, limit, upto, before, after } = query;
    const complete = upto === undefined || (await this.#within(() => this.#hasPassed(c, upto)));
    // Asked for before the rows: what is over by then is in them.
    const latest = (await this.#store.latestEpoch(tenant, c)) ?? 0;
    const found = await this.#store.rows({ ...query, limit: limit + 1 });
    const { rows, more } = cut(found, limit, after ? "forward" : "backward");
    const last = rows.at(-1)?.pos ?? after ?? BEGINNING;
    const openEnd = !complete && !(after && more) && !before ? [[last, OPEN_END] as const] : [];
    const judged = upto === undefined || !complete ? before : undefined;
    return { rows, more, incomplete: [...holes(rows, { before: judged, after, latest, bottom: !more }), ...openEnd] };
  }

  async before(tenant: string, c: string, epoch: number): Promise<Authority | undefined> {
    const begun = await this.#within(() => this.#store.begun(tenant, c, epoch));
    if (!begun) return refuse("pending", "Entry 1 of this life is not stored yet; try again.", LOOK_AGAIN_MS);
    return this.#lastRouted(tenant, c, [epoch, 1]);
  }

  conversation(tenant: string, c: string): Promise<ConversationRow | undefined> {
    return this.#store.conversation(tenant, c);
  }

  conversations(query: ConversationsQuery): Promise<{ readonly rows: readonly ConversationRow[]; readonly cursor?: string }> {
    return this.#store.conversations(query);
  }

  marks(tenant: string, c: string): Promise<readonly Mark[]> {
    return this.#store.marks(tenant, c);
  }

  visitor(tenant: string, id: string): Promise<VisitorRecord | undefined> {
    return this.#store.visitor(tenant, id);
  }

  async decisions(tenant: string, c: string, limit: number, upto: number): Promise<readonly Decision[]> {
    await this.#within(() => this.#hasPassed(c, upto));
    return this.#store.decisions(tenant, c, limit);
  }

  /** Backwards from `before`: the life that is asked about may have routing entries of its own. */
  async #lastRouted(tenant: string, c: string, before: Position): Promise<Authority | undefined> {
    const rows = await this.#store.rows({ tenant, c, before, limit: LOOK_BACK_ROWS });
    const routed = rows.findLast(({ entry }) => entry?.authority !== undefined);
    const [first] = rows;
    return routed || !first ? routed?.entry?.authority : this.#lastRouted(tenant, c, first.pos);
  }

  async #hasPassed(c: string, upto: number): Promise<boolean> {
    return (await this.#store.passed(bucketOf(c) % this.#partitions)) + 1 >= upto;
  }

  /** Asks again until it is so, or patience is over. */
  async #within(isSo: () => Promise<boolean>): Promise<boolean> {
    const end_ms = this.#clock.monotonic() + this.#patience_ms;
    while (!(await isSo())) {
      if (this.#clock.monotonic() >= end_ms) return false;
      await pause(this.#clock, LOOK_AGAIN_MS);
    }
    return true;
  }
}

/** The nearest rows that fit, in number and bytes; one at least. */
function cut(found: readonly StoredRow[], limit: number, direction: "forward" | "backward"): { rows: readonly StoredRow[]; more: boolean } {
  const nearest = direction === "forward" ? found : found.toReversed();
  const kept = nearest.slice(
    0,
    Math.min(
      limit,
      fittingCount(nearest, ({ entry }) => Buffer.byteLength(entry?.frame ?? ""), PAGE_BYTES_MAX),
    ),
  );
  return { rows: direction === "forward" ? kept : kept.toReversed(), more: kept.length < found.length };
}
