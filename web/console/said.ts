import type { Member, Shown } from "@deskwire/client";
import type { Said } from "../thread/rows.js";
import { saidOf } from "../thread/said.js";

/** A message as an agent sees it: an own one with how far it has come to the visitor. A note reaches no visitor, so nobody's marks say anything about it. */
export function saidAtDesk(message: Shown, members: readonly Member[], recallable = false): Said {
  const visitors = message.kind === "note" ? [] : members.filter(({ role }) => role === "visitor");
  return saidOf(message, visitors, recallable);
}

/** The last thing somebody said, for a line in a list. */
export function lastSaid(messages: readonly Shown[]): Shown | undefined {
  return messages.findLast(({ kind }) => kind !== "routing" && kind !== "system");
}

/** Since when the visitor has been without an answer (server time, ms); undefined when it is not. A note is no answer. */
export function unansweredSince(messages: readonly Shown[]): number | undefined {
  const said = messages.filter(({ kind }) => kind !== "routing" && kind !== "system" && kind !== "note");
  const answered = said.findLastIndex(({ from }) => from.role !== "visitor");
  return said[answered + 1]?.ts;
}
