import { ClientError, Http, SessionKeeper, webStorage } from "@deskwire/client";
import type { Party } from "../../proto/message.js";

/** Whose agent this browser tab is. */
const TENANT = "deskwire.tenant";

const http = new Http({ url: location.origin });

export interface AgentSession {
  readonly tenant: string;
  readonly user: Party;
  /** For the connection. Rejects with `unauthenticated` when the session is over. */
  readonly token: () => Promise<string>;
}

/** The session of this browser tab, if there is one. */
export async function storedSession(): Promise<AgentSession | undefined> {
  const tenant = sessionStorage.getItem(TENANT) ?? "";
  const keeper = keeperOf(tenant);
  const stored = await keeper.stored();
  return stored && { tenant, user: stored.user, token: keeper.token };
}

export async function login(tenant: string, username: string, password: string): Promise<AgentSession> {
  const session = await http.login({ tenant, username, password });
  const keeper = keeperOf(tenant);
  await keeper.keep(session);
  sessionStorage.setItem(TENANT, tenant);
  return { tenant, user: session.user, token: keeper.token };
}

/** Revokes the token; the tab forgets it whether the server heard that or not. */
export async function logout(session: AgentSession): Promise<void> {
  const stored = await keeperOf(session.tenant).stored();
  await forget(session);
  if (stored) await http.logout(stored.token);
}

export async function forget({ tenant }: AgentSession): Promise<void> {
  await keeperOf(tenant).forget();
}

/** A token here outlives a reload, not the tab; only a login begins a session anew. */
function keeperOf(tenant: string): SessionKeeper {
  const begin = () => Promise.reject(new ClientError("unauthenticated"));
  return new SessionKeeper({ http, storage: webStorage(sessionStorage), tenant, begin });
}
