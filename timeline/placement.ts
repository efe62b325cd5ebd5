import type { Clock } from "../lib/clock.js";
import { DeskError, refuse } from "../lib/errors.js";
import type { ErrorCode } from "../proto/codes.js";
import { messageTail } from "../proto/frames.js";
import { audienceOf } from "../proto/message.js";
import { BEGINNING } from "../proto/position.js";
import type { Append, Appended, Broker } from "./broker.js";
import type { Draft, Place, Receipt } from "./draft.js";
import { bucketOf, contentHash } from "./entry.js";
import type { Journal } from "./journal.js";
import { type Outbox, Unplaced } from "./outbox.js";
import type { Found, Past } from "./past.js";
import type { StorageEpoch } from "./storage-epoch.js";
import type { TimelineMetrics } from "./timeline-metrics.js";

/** Fences and look-ups that one append may go through before it is called `unavailable`. */
export const ROUNDS_MOST = 8;
export const RETRY_AFTER_MS = 1_000;
/** An entry is settled within milliseconds as a rule. */
const PENDING_RECALL_MS = 250;

/** What is told with a refusal, beyond its code. */
const TOLD: { readonly [Code in ErrorCode]?: { readonly message: string; readonly retry_after_ms: number } } = {
  pending: { message: "What it takes back is not durable yet.", retry_after_ms: PENDING_RECALL_MS },
};

/** What makes an append the router's. */
export type Change = Pick<Append, "routing" | "begins">;

/** Where a draft ended up, or what only the caller can deal with. */
export type Placed = { readonly at: "placed"; readonly receipt: Receipt } | Extract<Appended, { at: "stale" | "cold" | "alive" }>;

export interface PlacementPorts {
  readonly node: string;
  readonly broker: Broker;
  readonly journal: Journal;
  readonly past: Past;
  readonly outbox: Outbox;
  readonly epoch: StorageEpoch;
  readonly clock: Clock;
  readonly metrics: TimelineMetrics;
  readonly pending_ms: number;
}

/**
 * Finds a draft its place, once.
 *
 * The broker decides in one atomic step. When it answers `fenced`, its epoch is adopted; when it answers `lookup`, history is asked for
 * (sender, mid) up to the journal's end as it was after that answer, and only an absent mid is appended again, with the broker's `base`
 * as what was read. A mid found in history is answered with its place there.
 */
export class Placement {
  readonly #ports: PlacementPorts;

  constructor(ports: PlacementPorts) {
    this.#ports = ports;
  }

  /** Rejects with the broker's refusals, `conflict`, `pending` (the past is not readable yet) or `unavailable`. */
  async place(draft: Draft, change: Change): Promise<Placed> {
    const { broker, epoch, metrics } = this.#ports;
    const shape = shapeOf(draft, this.#ports.node, change);
    let since = draft.since ?? BEGINNING;
    for (let round = 0; round < ROUNDS_MOST; round++) {
      const E = epoch.value;
      const answer = await broker.append({ ...shape, E, since });
      metrics.appended(answer.at);
      switch (answer.at) {
        case "appended":
          return placed(answer.entry, false, this.#soon(this.#settled(E, answer, draft, change)));
        case "duplicate":
          return placed(answer.entry, true, answer.settled ? standing(answer.entry) : this.#soon(this.#settled(E, answer, draft, change)));
        case "refused":
          return refuse(answer.code, TOLD[answer.code]?.message, TOLD[answer.code]?.retry_after_ms);
        case "fenced":
          await epoch.adopt(answer.E);
          break;
        case "lookup": {
          const found = await this.find(draft, answer.life);
          if (found) return placed(found, true, standing(found));
          since = answer.base;
          break;
        }
        default:
          return answer;
      }
    }
    return refuse("unavailable", "The timeline changed under every attempt; try again.", RETRY_AFTER_MS);
  }

  /** The place this mid has in history; `life` as in PastQuery. Rejects with `conflict` when it was said with other content. */
  async find(draft: Draft, life: number): Promise<Found | undefined> {
    const { journal, past, metrics } = this.#ports;
    const upto = await journal.end(bucketOf(draft.c) % journal.partitions);
    const found = await past.find({ tenant: draft.tenant, c: draft.c, from: draft.from.id, mid: draft.mid, life, upto });
    metrics.lookedUp(found !== undefined);
    if (found && found.hash !== contentHash(draft.kind, draft.body)) return refuse("conflict");
    return found;
  }

  #settled(E: number, { entry, ahead }: Extract<Appended, { ahead: unknown }>, draft: Draft, change: Change): Promise<Place> {
    return this.#ports.outbox.enter(E, entry, ahead).catch((error: unknown) => this.#placeAgain(draft, change, error));
  }

  /** The entry's life ended before it was settled: history says where the message stands, or it is said anew. */
  async #placeAgain(draft: Draft, change: Change, error: unknown): Promise<Place> {
    if (!(error instanceof Unplaced)) throw error;
    if (change.routing || change.begins) return refuse("unavailable", error.message);
    const again = await this.place(draft, change);
    return again.at === "placed" ? again.receipt.durable : refuse("unavailable", error.message, RETRY_AFTER_MS);
  }

  /** `pending` when the place is not known in time; the place itself goes on being worked at. */
  #soon(place: Promise<Place>): Promise<Place> {
    const { clock, metrics, pending_ms } = this.#ports;
    const since_ms = clock.monotonic();
    const durable = new Promise<Place>((resolve, reject) => {
      const timer = clock.after(pending_ms, () => reject(new DeskError("pending")));
      place.then(
        (known) => {
          metrics.durable((clock.monotonic() - since_ms) / 1_000);
          timer.cancel();
          resolve(known);
        },
        (error) => {
          timer.cancel();
          reject(error);
        },
      );
    });
    durable.catch(() => undefined);
    return durable;
  }
}

function shapeOf(draft: Draft, node: string, change: Change): Omit<Append, "E" | "since"> {
  const { tenant, c, from, mid, kind, body, recalls } = draft;
  return {
    node,
    tenant,
    c,
    from,
    mid,
    kind,
    hash: contentHash(kind, body),
    audience: recalls?.audience ?? audienceOf(kind, body),
    tail: messageTail({ mid, from, kind, body }),
    ...(draft.reader === undefined ? {} : { reader: draft.reader }),
    ...(recalls && { recalls }),
    ...change,
  };
}

export function placed(where: Place, dup: boolean, durable: Promise<Place>): Extract<Placed, { at: "placed" }> {
  return { at: "placed", receipt: { place: { pos: where.pos, ts: where.ts }, dup, durable } };
}

export function standing({ pos, ts }: Place): Promise<Place> {
  return Promise.resolve({ pos, ts });
}
