import { ID_CHARS_MAX } from "../../proto/shapes.js";
import type { Call } from "./call.js";
import { commands, session } from "./commands.js";
import { ask, explain, messages, send, site } from "./conversations.js";
import { download, upload } from "./files.js";
import { list } from "./listing.js";
import { offline } from "./offline.js";
import { login, logout, refresh, visitors } from "./sessions.js";
import { transcript } from "./transcript.js";

/** What this server does of the HTTP calls. */
export const CALLS = [
  visitors,
  login,
  refresh,
  logout,
  site,
  ask,
  list,
  send,
  messages,
  explain,
  transcript,
  session,
  commands,
  offline,
  upload,
  download,
] as readonly Call[];

export function findCall(method: string, path: string): { readonly call: Call; readonly parameters: readonly string[] } | undefined {
  for (const call of CALLS) {
    const match = call.method === method ? call.path.exec(path) : null;
    const parameters = match?.slice(1).map(idOf);
    if (parameters) return parameters.every((id) => id !== undefined) ? { call, parameters } : undefined;
  }
  return undefined;
}

/** Undefined for what is no good percent-encoding, and for what can be no id. */
function idOf(part: string): string | undefined {
  try {
    const id = decodeURIComponent(part);
    return id.length <= ID_CHARS_MAX ? id : undefined;
  } catch {
    return undefined;
  }
}
