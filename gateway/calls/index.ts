import type { Call } from "./call.js";
import { ask, explain, list, messages, send, site } from "./conversations.js";
import { login, logout, refresh, visitors } from "./sessions.js";

/** What this server does of the HTTP calls. */
export const CALLS = [visitors, login, refresh, logout, site, ask, list, send, messages, explain] as readonly Call[];

export function findCall(method: string, path: string): { readonly call: Call; readonly parameters: readonly string[] } | undefined {
  for (const call of CALLS) {
    const match = call.method === method ? call.path.exec(path) : null;
    if (match) return { call, parameters: match.slice(1).map(decoded) };
  }
  return undefined;
}

/** A part that is no good percent-encoding names nothing. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return "";
  }
}
