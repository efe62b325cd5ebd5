import type { ConversationState, Party, RoutingBody } from "../proto/message.js";
import type { RoutingDraft } from "../timeline/draft.js";
import type { Authority } from "../timeline/entry.js";
import type { Decision } from "../timeline/record.js";
import type { Conversation } from "./conversation.js";
import { POLICY } from "./policy.js";
import type { Push } from "./router.js";
import type { Loser, Verdict } from "./state.js";

/** Deskwire itself, as the sender of routing entries. */
export const SYSTEM: Party = { id: "deskwire", role: "system", name: "Deskwire" };

/**
 * One verdict on its way out: a routing entry for the timeline, pushes for the agents, a decision for those who ask why. Plain data, kept in
 * the ledger's outbox until all three were said.
 */
export interface Ruling {
  /** Also the mid of the routing entry and the id of the decision. */
  readonly id: string;
  readonly tenant: string;
  readonly c: string;
  readonly at: number;
  readonly verdict: Verdict;
  /** What stands once it is said. */
  readonly authority: Authority;
  /** The conversation's very first. */
  readonly begins: boolean;
  /** Said by its author in front of the routing entry. */
  readonly note?: { readonly from: Party; readonly text: string };
  readonly pushes: readonly Push[];
}

/** Reads the verdict off the desk it was just applied to. */
export function rulingOf(
  at: { readonly id: string; readonly tenant: string; readonly now: number },
  conversation: Conversation,
  verdict: Verdict,
  note?: Ruling["note"],
): Ruling {
  const { id, tenant, now } = at;
  const authority = authorityOf(conversation);
  const begins = conversation.version === 1 && conversation.standing === undefined;
  const pushes = pushesOf(tenant, conversation, verdict, now);
  return { id, tenant, c: conversation.c, at: now, verdict, authority, begins, pushes, ...(note && { note }) };
}

function authorityOf({ version, state, topic, visitor, assignee, members }: Conversation): Authority {
  return { version, state, topic, visitor, members, ...(assignee === undefined ? {} : { assignee }) };
}

/** The same ruling, said as this version. */
export function withVersion(ruling: Ruling, version: number): Ruling {
  const pushes = ruling.pushes.map((push) => ("version" in push.event ? { ...push, event: { ...push.event, version } } : push));
  return { ...ruling, authority: { ...ruling.authority, version }, pushes };
}

export function entryOf(ruling: Ruling): RoutingDraft {
  const { id, tenant, c, verdict, authority } = ruling;
  const { event, reason, state, to, visitor } = verdict;
  const named = { ...assigneeOf(authority), ...(to && { to }), ...(visitor && { visitor }) };
  const body: RoutingBody = { event, reason, state, ...named, version: authority.version };
  return routingDraft({ tenant, c, mid: id, body, authority, expect: authority.version - 1 });
}

/** The entry that gives a life its authority back. */
export function assertedDraft(at: { tenant: string; c: string; mid: string }, authority: Authority): RoutingDraft {
  const body: RoutingBody = {
    event: "asserted",
    reason: "new_life",
    state: authority.state,
    ...assigneeOf(authority),
    version: authority.version,
  };
  return routingDraft({ ...at, body, authority, expect: "asserts" });
}

/** Entry 1 of a later life. */
export function barrierBody(state: ConversationState): Record<string, unknown> {
  return { event: "barrier", reason: "new_life", state };
}

function routingDraft(said: {
  tenant: string;
  c: string;
  mid: string;
  body: RoutingBody;
  authority: Authority;
  expect: number | "asserts";
}): RoutingDraft {
  const { tenant, c, mid, body, authority, expect } = said;
  return { tenant, c, from: SYSTEM, mid, kind: "routing", body: { ...body }, routing: { expect, authority } };
}

function assigneeOf({ assignee }: Authority): { assignee?: string } {
  return assignee === undefined ? {} : { assignee };
}

export function decisionOf({ id, at, verdict, authority }: Ruling): Decision {
  const { event, reason, agent, passed, detail } = verdict;
  return {
    id,
    at,
    event,
    reason,
    policy: POLICY,
    version: authority.version,
    passed,
    ...(agent === undefined ? {} : { agent }),
    ...(detail && { detail }),
  };
}

/** What the agents concerned are told. */
function pushesOf(tenant: string, conversation: Conversation, verdict: Verdict, now: number): Push[] {
  const { agent, offer, from } = verdict;
  if (agent === undefined) return [];
  const { c, version } = conversation;
  const losing = from ? [lostPush(tenant, conversation, verdict.reason, from)] : [];
  const told = (event: Push["event"]): Push => ({ tenant, agent, event });
  const ended = (reason: "accepted" | "declined" | "timeout" | "rescinded"): Push =>
    told({ ev: "offer_end", c, offer: offer as string, reason });
  switch (verdict.event) {
    case "offered":
      return [told({ ev: "offer", ...offerOf(conversation, now) })];
    case "assigned":
      return [...(offer === undefined ? [] : [ended("accepted")]), ...losing, told({ ev: "assigned", c, reason: verdict.reason, version })];
    case "declined":
      return [ended("declined")];
    case "missed":
      return [ended("timeout"), ...(verdict.away ? [told({ ev: "status", status: "away", reason: verdict.reason })] : [])];
    case "rescinded":
      return [ended("rescinded")];
    default:
      return [offer === undefined ? told({ ev: "released", c, reason: verdict.reason, version }) : ended("rescinded")];
  }
}

/** Told to the agent whom somebody else took it from. */
function lostPush(tenant: string, { c, version }: Conversation, reason: string, { agent, offer }: Loser): Push {
  if (offer !== undefined) return { tenant, agent, event: { ev: "offer_end", c, offer, reason: "rescinded" } };
  return { tenant, agent, event: { ev: "released", c, reason, version } };
}

/** The offer as its agent is shown it. */
export function offerOf(conversation: Conversation, now: number) {
  const { c, offer, visitor, ask, topic, terms, waits_since } = conversation;
  return {
    c,
    offer: offer?.id ?? "",
    expires_ms: offer?.expires_at === undefined ? terms.offer_timeout_ms : Math.max(0, offer.expires_at - now),
    visitor,
    ask: { ...ask, topic },
    waited_ms: now - waits_since,
  };
}
