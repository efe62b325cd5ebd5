import type { Conversation, Party } from "@deskwire/client";

/**
 * What an agent is to a conversation. `mine`: it holds it. `over`: a supervisor, who may do everything with it. `reader`: it may read and add
 * notes. `gone`: it was taken away while it was looked at. `opening`: not known yet. `closed`: nobody says anything any more.
 */
export type Standing = "opening" | "mine" | "over" | "reader" | "gone" | "closed";

type Known = Pick<Conversation, "state" | "assignee" | "attached">;

export function standingOf({ state, assignee, attached }: Known, me: Party, held: boolean): Standing {
  if (state === undefined) return "opening";
  if (state === "closed") return "closed";
  if (!attached && !held) return "gone";
  if (assignee === me.id) return "mine";
  return me.role === "supervisor" ? "over" : "reader";
}
