import { ClientError } from "@deskwire/client";
import type { Party } from "../../proto/message.js";
import { post } from "../http.js";

const KEY = "deskwire:agent";
/** Less than this left (ms): not worth beginning with. */
const MARGIN_MS = 90_000;

export interface AgentSession {
  readonly tenant: string;
  readonly token: string;
  readonly expires_at: number;
  readonly user: Party;
}

/** The session of this browser tab, if there is one. */
export function storedSession(): AgentSession | undefined {
  const text = sessionStorage.getItem(KEY);
  return text === null ? undefined : (JSON.parse(text) as AgentSession);
}

export async function login(tenant: string, username: string, password: string): Promise<AgentSession> {
  const session = await post<AgentSession>("/v1/login", { tenant, username, password });
  return keep({ ...session, tenant });
}

/** Revokes the token; the tab forgets it whether the server heard that or not. */
export async function logout(): Promise<void> {
  const session = storedSession();
  forgetSession();
  if (session) await post("/v1/logout", {}, session.token);
}

export function forgetSession(): void {
  sessionStorage.removeItem(KEY);
}

/** Tokens for the connection: first the stored one, then, asked again, a fresh one. Rejects with `unauthenticated` when the session is over. */
export function tokens(): () => Promise<string> {
  let handedOut = false;
  return async () => {
    const session = storedSession();
    if (!session) throw new ClientError("unauthenticated");
    const fresh = !handedOut && session.expires_at - Date.now() > MARGIN_MS;
    handedOut = true;
    if (fresh) return session.token;
    const next = await post<AgentSession>("/v1/refresh", {}, session.token);
    return keep({ ...session, token: next.token, expires_at: next.expires_at }).token;
  };
}

function keep(session: AgentSession): AgentSession {
  const { tenant, token, expires_at, user } = session;
  sessionStorage.setItem(KEY, JSON.stringify({ tenant, token, expires_at, user }));
  return session;
}
