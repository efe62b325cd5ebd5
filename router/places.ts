import { eventFrame } from "../proto/frames.js";
import type { Signal } from "../timeline/broker.js";
import { type Conversation, isShut } from "./conversation.js";
import type { QueuePlace } from "./router.js";
import type { Desk } from "./state.js";

/** How long one visitor takes, for a topic whose pace is not known yet. */
const UNKNOWN_PACE_MS = 60_000;
/** A wait is told in steps of this: a figure that changes all the time says less. */
const ETA_STEP_MS = 5_000;

/** Where a visitor stands in its topic's line; undefined when it does not wait, or waits for opening hours: nobody waits for those either. */
export function placeOf(desk: Desk, conversation: Conversation, now: number): QueuePlace | undefined {
  const line = desk.queue.line(conversation.topic).slice(0, desk.queue.position(conversation) ?? 0);
  if (line.at(-1) !== conversation || isShut(conversation, now)) return undefined;
  const position = line.filter((each) => !isShut(each, now)).length;
  return { position, eta_ms: etaOf(desk, conversation.topic, position) };
}

function etaOf(desk: Desk, topic: string, position: number): number {
  const interval_ms = desk.paces.get(topic)?.interval_ms ?? UNKNOWN_PACE_MS;
  return Math.ceil((position * interval_ms) / ETA_STEP_MS) * ETA_STEP_MS;
}

/** Tells those who wait where they stand, when that changed since it was last told. */
export class Places {
  readonly #told = new Map<string, QueuePlace>();

  /** The signals that are due now. Called at most once per 2 s for each desk. */
  changes(desk: Desk, now: number): { readonly c: string; readonly signal: Signal }[] {
    const changes: { c: string; signal: Signal }[] = [];
    const waiting = new Set<string>();
    for (const topic of desk.queue.topics()) {
      const line = desk.queue.line(topic).filter((each) => !isShut(each, now));
      for (const [index, { c }] of line.entries()) {
        waiting.add(c);
        const place = { position: index + 1, eta_ms: etaOf(desk, topic, index + 1) };
        if (this.#isNews(c, place)) changes.push({ c, signal: signalOf(c, place) });
      }
    }
    for (const c of this.#told.keys()) if (!waiting.has(c)) this.#told.delete(c);
    return changes;
  }

  #isNews(c: string, place: QueuePlace): boolean {
    const told = this.#told.get(c);
    if (told?.position === place.position && told.eta_ms === place.eta_ms) return false;
    this.#told.set(c, place);
    return true;
  }
}

function signalOf(c: string, place: QueuePlace): Signal {
  return { frame: eventFrame({ ev: "queue", c, ...place }), audience: "all", origin: "router" };
}
