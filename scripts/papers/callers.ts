import { mayGive } from "../../gateway/authorisation.js";
import type { OpName } from "../../proto/commands.js";

const ROLES = ["visitor", "agent", "supervisor", "bot"] as const;

const GROUPS: Readonly<Record<string, string>> = {
  "visitor,agent,supervisor,bot": "Everybody",
  visitor: "Visitors",
  "agent,supervisor,bot": "Agents, supervisors and bots",
  supervisor: "Supervisors",
};

/** Who may give a command at all, in words. */
export function callersOf(op: OpName): string {
  const roles = ROLES.filter((role) => may(role, op)).join(",");
  return GROUPS[roles] ?? roles;
}

function may(role: (typeof ROLES)[number], op: OpName): boolean {
  try {
    mayGive({ id: "", role, name: "" }, op);
    return true;
  } catch {
    return false;
  }
}
