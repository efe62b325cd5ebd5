import { TABLE } from "../../lib/config.js";
import {
  ACTIONS_MAX,
  ID_CHARS_MAX,
  NAME_CHARS_MAX,
  REASON_CHARS_MAX,
  RESUME_MAX,
  SKILLS_MAX,
  TOKEN_CHARS_MAX,
} from "../../proto/shapes.js";

type Key = keyof typeof TABLE;

/** Limits that a setting may change, as the paper calls them. */
const SET: readonly (readonly [what: string, key: Key, unit: string])[] = [
  ["a client's frame (`limits.frame_bytes`); above it 4201", "frameBytes", "bytes"],
  ["a message's `body` as JSON in UTF-8 (`limits.text_bytes`); above it `too_large`", "textBytes", "bytes"],
  ["a server's frame", "serverFrameBytes", "bytes"],
  ["unanswered commands of a socket (`limits.in_flight`)", "inFlight", "commands"],
  ["sends and typings per second of a socket (`limits.sends_per_s`), and of a user over HTTP", "sendsPerS", "per s"],
  ["… at once after a rest", "sendsBurst", "sends"],
  ["sends of a user over all its sockets and HTTP", "sendsPerUser", ""],
  ["commands of a socket", "commandsPerSocket", ""],
  ["sockets of a user", "socketsPerUser", "sockets"],
  ["sockets from an address", "socketsPerAddress", "sockets"],
  ["connects from an address", "connectsPerAddress", ""],
  ["HTTP calls of a user", "callsPerUser", ""],
  ["HTTP calls from an address", "callsPerAddress", ""],
  ["new visitors from an address", "visitorsPerAddress", ""],
  ["requests of a user that wait (`wait_ms`)", "waitsPerUser", "requests"],
  ["a file", "fileBytes", "bytes"],
  ["messages of one transcript", "transcriptBytes", "bytes"],
  ["messages in a page (`limits.history_max`)", "historyMax", "messages"],
  ["bytes of messages in a page", "historyBytes", "bytes"],
  ["`ask.attributes` and a visitor's attributes as JSON; above it `too_large`", "attributesBytes", "bytes"],
  ["the first frame comes within", "helloTimeoutMs", "ms"],
  ["a peer silent for this long is dropped", "idleMs", "ms"],
  ["`ping_ms`", "pingMs", "ms"],
  ["unsent bytes of a socket; above it 4001", "sendQueueBytes", "bytes"],
  ["a send not durable after this is `pending`", "pendingMs", "ms"],
  ["an offer lasts, where its topic does not say otherwise", "offerTimeoutMs", "ms"],
  ["after closing, `open {ask}` reopens within, where the topic does not say otherwise", "reopenWindowMs", "ms"],
  ["an agent's token lasts", "agentTokenMs", "ms"],
  ["a visitor's token lasts", "visitorTokenMs", "ms"],
  ["a site's own token lasts at most", "siteTokenMs", "ms"],
  ["a visitor's token may be refreshed after its end for", "refreshGraceMs", "ms"],
];

const FIXED: readonly (readonly [what: string, value: string])[] = [
  ["ids, and `mid`, in characters", `1–${ID_CHARS_MAX}`],
  ["names", `1–${NAME_CHARS_MAX}`],
  ["reasons, notes and comments of a command", `≤ ${REASON_CHARS_MAX}`],
  ["tokens", `≤ ${TOKEN_CHARS_MAX}`],
  ["conversations in one `resume`", `≤ ${RESUME_MAX}`],
  ["skills in one list", `≤ ${SKILLS_MAX}`],
  ["actions of a card", `≤ ${ACTIONS_MAX}`],
  ["levels of objects and lists inside each other", "≤ 32"],
];

export function limitRows(): readonly (readonly string[])[] {
  const set = SET.map(([what, key, unit]) => [what, amount(TABLE[key].default, unit), `\`${TABLE[key].env}\``]);
  return [...set, ...FIXED.map(([what, value]) => [what, value, "–"])];
}

function amount(value: unknown, unit: string): string {
  if (typeof value === "number") return `${value.toLocaleString("en")} ${unit}`;
  const { count, per_ms } = value as { readonly count: number; readonly per_ms: number };
  return `${count.toLocaleString("en")} in ${per_ms / 1_000} s`;
}
