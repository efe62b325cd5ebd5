import type { Service } from "../lib/service.js";
import type { Position } from "../proto/position.js";
import type { Attached, Inbox, LifeAnswer, Signal, WindowPage, WindowRange } from "./broker.js";
import type { Begun, Draft, Receipt, Routed, RoutingDraft } from "./draft.js";
import type { Mark } from "./entry.js";
import type { JournalRecord } from "./record.js";

/**
 * The public face of the timeline (the class with this shape replaces this declaration).
 */
export declare class Timeline implements Service {
  readonly name: string;
  readonly node: string;
  start(): Promise<void>;
  drain(deadline_ms: number): Promise<void>;
  stop(): Promise<void>;
  /** Appends for a client. A cold conversation is revived first. Rejects with a DeskError: not_assigned, closed, conflict, busy, not_found, forbidden, unavailable, pending. */
  append(draft: Draft): Promise<Receipt>;
  /** `append`, then waits until durable. */
  post(draft: Draft): Promise<Receipt>;
  /** Router only: compare-and-set. */
  route(draft: RoutingDraft): Promise<Routed>;
  /** Router only: entry 1 of a new life; `barrier` has no routing. */
  begin(draft: Draft & { begins: "barrier" } | (RoutingDraft & { begins: "new" })): Promise<Begun>;
  /** Joins this node to the conversation (revives it when cold and open) and reads. `closed` conversations without a life answer undefined: read history. */
  attach(tenant: string, c: string, read: WindowRange): Promise<(Attached & { at: "attached" }) | undefined>;
  detach(c: string): Promise<void>;
  window(c: string, range: WindowRange): Promise<WindowPage & { at: "window" | "cold" }>;
  life(c: string): Promise<LifeAnswer & { at: "life" | "cold" }>;
  mark(tenant: string, c: string, mark: Mark, origin: string): Promise<void>;
  present(c: string, user: string, online: boolean): Promise<void>;
  signal(c: string, signal: Signal): Promise<void>;
  /** Where entries and signals of attached conversations arrive. Called once, before start. */
  deliver(inbox: Inbox): void;
  /** Durable records that have no place in a conversation (visitors, decisions, marks). */
  record(records: readonly JournalRecord[]): Promise<void>;
  /** The end offset of the conversation's partition, for history's completeness. */
  journalEnd(c: string): Promise<number>;
  /** Position of a mid, in the past. */
  readonly epoch: number;
}
export type { Position };
