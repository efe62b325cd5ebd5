import { compare, type Member, type Shown } from "@deskwire/client";
import type { Delivery, Said } from "../thread/rows.js";

/** A message as the thread shows it: an own one with how far it has come to the visitor. */
export function saidOf(message: Shown, members: readonly Member[]): Said {
  const { key, from, kind, body, ts, recalled } = message;
  const said = { key, from, kind, body, ts, withdrawn: recalled };
  return message.mine ? { ...said, delivery: deliveryOf(message, members) } : said;
}

/** `sent` means durable. A note reaches no visitor, so nobody's marks say anything about it. */
function deliveryOf({ status, kind, pos }: Shown, members: readonly Member[]): Delivery {
  if (status === "failed") return "failed";
  if (status !== "sent" || !pos) return "sending";
  if (kind === "note") return "sent";
  const visitors = members.filter((member) => member.role === "visitor");
  if (visitors.some(({ read }) => read && compare(read, pos) >= 0)) return "read";
  return visitors.some(({ got }) => got && compare(got, pos) >= 0) ? "got" : "sent";
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
