import { CALL_DEEDS } from "./calls.js";
import { DEEDS } from "./deeds.js";
import type { RoleName } from "./standings.js";

/** What a table has to have: a cell for each of these rows in each of these columns. */
export interface Shape {
  readonly rows: readonly string[];
  readonly columns: readonly string[];
}

const ROLES: readonly RoleName[] = ["visitor", "agent", "bot", "supervisor"];

const OF_DESK = ["holds", "held", "serves", "none", "absent", "foreign"];
const RELATIONS: Readonly<Record<RoleName, readonly string[]>> = {
  visitor: ["own", "another's", "absent", "foreign"],
  agent: OF_DESK,
  bot: OF_DESK,
  supervisor: ["tenant", "absent", "foreign"],
};

const OF_NONE = [
  "hello",
  "refresh with an own token",
  "refresh with somebody else's",
  "ping",
  "open ask",
  "visit",
  "status",
  "inbox",
  "queue",
];
const BANS = ["ban a visitor", "ban nobody we know", "ban an account"];
const OFFERED = ["offered to the caller, who serves the topic", "offered to the caller, who does not"];
const OFFERED_OTHERS = ["offered to a colleague, the caller serves the topic", "offered to a colleague, the caller does not"];
const TOKENS = ["no token", "bad token", "revoked", "banned"];

const NAMED = /^(POST|GET) \S+$/;
/** Several rows stand for it. */
const SPLIT = ["POST /v1/messages", "POST /api/messages"];
const CALLS = Object.keys(CALL_DEEDS);

/** Of the tables about a conversation, for a role. */
export function commandsOf(role: RoleName): Shape {
  const writesNotes = role === "agent" || role === "supervisor";
  const rows = Object.keys(DEEDS).filter((what) => writesNotes || what !== "send recall of a note");
  return { rows: ["hello", ...rows], columns: RELATIONS[role] };
}

export function callsOf(role: RoleName): Shape {
  const about = CALLS.filter((what) => what.includes("{c}") || !NAMED.test(what) || what === "POST /v1/files");
  return { rows: ["GET /v1/conversations", ...about], columns: RELATIONS[role] };
}

/** Of the others, by heading. */
export const OTHERS: Readonly<Record<string, readonly Shape[]>> = {
  "Offers, and picking": [
    { rows: ["open", "accept", "decline"], columns: [...OFFERED, ...OFFERED_OTHERS] },
    {
      rows: ["assign me", "assign a colleague"],
      columns: ["an agent, the topic lets pick", "an agent, the topic does not", "a supervisor"],
    },
  ],
  "Commands about no conversation": [{ rows: [...OF_NONE, ...BANS], columns: ROLES }],
  "HTTP calls": [
    { rows: [...CALLS.filter((what) => NAMED.test(what) && !SPLIT.includes(what)), ...SPLIT], columns: [...TOKENS, ...ROLES] },
  ],
  "Commands without a socket": [{ rows: ["hello", "refresh", "ping", "leave"], columns: ROLES }],
};
