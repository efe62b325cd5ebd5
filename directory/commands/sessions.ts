import { type Command, existing, type Run, revoke } from "./command.js";

export const SESSIONS: Readonly<Record<string, Command>> = {
  "session revoke": { names: [1, 2], user: true, run: revokeSessions },
};

/** Of one user, who needs no account, or of everybody. */
async function revokeSessions(...[ports, [tenant = "", user]]: Parameters<Run>): Promise<string> {
  await existing(ports, "tenant", "", tenant);
  await revoke(ports, tenant, user ?? "*");
  return `sessions of ${user ?? "everybody"} revoked; their sockets are closed within 5 s`;
}
