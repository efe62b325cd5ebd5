import { type Hours, isOpen } from "../directory/hours.js";
import type { Ask, ConversationState, Party, RoutingBody } from "../proto/message.js";
import type { Position } from "../proto/position.js";
import type { Authority } from "../timeline/entry.js";

/** What a topic and its tenant ask for, as it stood when the conversation came to the topic. */
export interface Terms {
  readonly skills: readonly string[];
  readonly offer_timeout_ms: number;
  readonly reopen_window_ms: number;
  /** A timed-out offer sets the agent away. */
  readonly away_on_missed_offer: boolean;
  /** When the topic is open. Unset: at all times. */
  readonly hours?: Hours;
}

/** One row of the ledger; plain data. */
export interface Conversation {
  readonly c: string;
  visitor: Party;
  ask: Ask;
  topic: string;
  /** Skills asked for, the topic's included; sorted. */
  skills: readonly string[];
  terms: Terms;
  readonly priority: number;
  /** When the visitor asked (again): the place in the queue. */
  arrived_at: number;
  /** Order of arrival inside one millisecond. */
  arrived_seq: number;
  /** Since when nobody holds it. */
  waits_since: number;
  members: readonly Party[];
  state: ConversationState;
  /** When it came into this state. */
  since: number;
  assignee?: string;
  assigned_at?: number;
  offer?: OpenOffer;
  /** Offers made so far: names the next one. */
  offers: number;
  /** Asked by a form: it is offered while its topic is open, and only then. */
  offline?: boolean;
  /** Agents who were asked and did not take it, or sent it on. */
  skips: readonly Skip[];
  /** The last hand-over, so that a repeated one is told the same. */
  handed?: { readonly by: string; readonly to: NonNullable<RoutingBody["to"]> };
  /** Of the last verdict: the next one says one more. */
  version: number;
  /** What the timeline last accepted. Absent until entry 1. */
  standing?: Standing;
}

export interface Standing {
  readonly authority: Authority;
  readonly pos: Position;
}

export interface OpenOffer {
  readonly id: string;
  readonly agent: string;
  /** Runs from when the agent was shown it; absent until then. */
  expires_at?: number;
}

export interface Skip {
  readonly agent: string;
  readonly seq: number;
  readonly at: number;
  readonly reason: "declined" | "missed" | "sent_on";
}

/** It waits for its topic's opening hours. Pure. */
export function isShut({ offline, terms }: Pick<Conversation, "offline" | "terms">, now: number): boolean {
  return offline === true && terms.hours !== undefined && !isOpen(terms.hours, now);
}

/** Every skill once, in order: conversations that ask for the same share a lane. */
export function needed(own: readonly string[] | undefined, topics: readonly string[]): readonly string[] {
  return [...new Set([...(own ?? []), ...topics])].sort();
}
