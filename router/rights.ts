import { refuse } from "../lib/errors.js";
import type { Party } from "../proto/message.js";
import type { Conversation } from "./conversation.js";
import { hasRoomFor, serves, statusOf } from "./roster.js";
import type { Desk } from "./state.js";

/** The visitor whose conversation it is, or who it was before it was known by its own name. */
export function isVisitor({ visitor, members }: Pick<Conversation, "visitor" | "members">, user: Party): boolean {
  return user.role === "visitor" && [visitor, ...members].some(({ id, role }) => role === "visitor" && id === user.id);
}

/** Who had a part in it, and supervisors. */
function isParty(conversation: Pick<Conversation, "visitor" | "members">, user: Party): boolean {
  return user.role === "supervisor" || isVisitor(conversation, user) || conversation.members.some(({ id }) => id === user.id);
}

/** The visitor, the assignee and supervisors. The gateway lets nobody else in who may not read it; what is left to be told is who holds it. */
export function mayClose(conversation: Conversation, user: Party): void {
  if (user.role === "supervisor" || isVisitor(conversation, user) || user.id === conversation.assignee) return;
  refuse(user.role === "visitor" ? "not_found" : "not_assigned");
}

/** A repeated decline is harmless. */
export function declinedAlready(conversation: Conversation | undefined, agent: string): boolean {
  return (conversation?.skips ?? []).some((skip) => skip.agent === agent && skip.reason === "declined");
}

/** Who had a part in it is told again where it ended. */
export function mayCloseAgain(conversation: Pick<Conversation, "visitor" | "members">, user: Party): void {
  if (!isParty(conversation, user)) refuse(user.role === "visitor" ? "not_found" : "not_assigned");
}

export interface Assignment {
  readonly by: Party;
  readonly agent: string;
  /** The conversation's topic lets agents pick. */
  readonly manual_pick: boolean;
}

/**
 * Throws unless this assignment may be made. A supervisor gives to any agent who is online with room, and takes for itself whatever its
 * status; an agent picks for itself who waits, where the topic allows it.
 */
export function mayAssign(desk: Desk, conversation: Conversation, { by, agent, manual_pick }: Assignment): void {
  if (by.role !== "supervisor") mayPick(desk, conversation, { by, manual_pick });
  const target = desk.agents.get(agent);
  if (!target || target.gateways.size === 0) return refuse("conflict", "This agent is not here.");
  if (agent !== by.id && statusOf(target) !== "online") refuse("conflict", "This agent is not online.");
  if (!hasRoomFor(target, conversation)) refuse("conflict", "This agent holds as many conversations as it may.");
}

function mayPick(desk: Desk, conversation: Conversation, { by, manual_pick }: Omit<Assignment, "agent">): void {
  const waits = conversation.state === "queued" || conversation.state === "offered";
  const own = desk.agents.get(by.id);
  if (!manual_pick || !waits || (own && !serves(own, conversation.topic))) refuse("forbidden", "This conversation is not for you to pick.");
}
