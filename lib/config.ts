import { ConfigError, describe, load } from "./environment.js";
import {
  bytes,
  choice,
  DAY,
  HOUR,
  KiB,
  list,
  MINUTE,
  ms,
  networks,
  origins,
  path,
  port,
  rate,
  SECOND,
  section,
  seeds,
  string,
  type Values,
  whole,
} from "./setting.js";

const OFFICE = "application/vnd.openxmlformats-officedocument";

/** Pictures, papers, sound and film, as people send them; nothing a browser takes for a program. */
const FILE_TYPES = [
  ...["image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf", "text/plain", "text/csv", "application/zip"],
  ...["audio/mpeg", "audio/ogg", "audio/wav", "video/mp4", "video/webm"],
  ...["wordprocessingml.document", "spreadsheetml.sheet", "presentationml.presentation"].map((kind) => `${OFFICE}.${kind}`),
];

/**
 * The one table of settings. A row's key is its variable's name in camelCase, without the prefix; each room has its section.
 *
 * `docs/CONFIG.md` is written from it (`npm run gen:config-doc`).
 */

// biome-ignore format: a table reads best with one row on one line
const processRows = section({
  data: { env: "DESKWIRE_DATA", type: path, default: "./data", help: "Folder for everything the embedded storage keeps. One process at a time may use it." },
  host: { env: "DESKWIRE_HOST", type: string, default: "127.0.0.1", help: "Address the gateway listens on for clients." },
  port: { env: "DESKWIRE_PORT", type: port, default: 8080, help: "Port for clients: WebSocket, HTTP and the console. 0 takes any free port." },
  opsHost: { env: "DESKWIRE_OPS_HOST", type: string, default: "127.0.0.1", help: "Address of the operations port." },
  opsPort: { env: "DESKWIRE_OPS_PORT", type: port, default: 8081, help: "Operations port: /healthz, /readyz and /metrics. Not for the public. 0 takes any free port." },
  demoPort: { env: "DESKWIRE_DEMO_PORT", type: port, default: 8083, help: "Port of the demo site with the widget, on loopback. 0 means no demo site." },
  logLevel: { env: "DESKWIRE_LOG_LEVEL", type: choice("fatal", "error", "warn", "info", "debug", "trace", "silent"), default: "info", help: "Lowest level that is logged." },
  drainMs: { env: "DESKWIRE_DRAIN_MS", type: ms, default: 10 * SECOND, unit: "ms", help: "Time to finish what was taken after SIGTERM, before everything is closed." },
});

// biome-ignore format: a table reads best with one row on one line
const accessRows = section({
  adminPassword: { env: "DESKWIRE_ADMIN_PASSWORD", type: string, default: "", secret: true, help: "Replaces the passwords of the demo accounts. Without it only loopback addresses are listened on." },
  sessionKeys: { env: "DESKWIRE_SESSION_KEYS", type: seeds, default: [], secret: true, help: "Ed25519 private key seeds (32 bytes, base64url) of our own tokens: the first signs, all verify. Empty: one is made and kept in the data folder." },
  agentTokenMs: { env: "DESKWIRE_AGENT_TOKEN_MS", type: ms, default: 15 * MINUTE, unit: "ms", help: "Life of an agent's token." },
  visitorTokenMs: { env: "DESKWIRE_VISITOR_TOKEN_MS", type: ms, default: 24 * HOUR, unit: "ms", help: "Life of a visitor's token." },
  refreshGraceMs: { env: "DESKWIRE_REFRESH_GRACE_MS", type: ms, default: 7 * DAY, unit: "ms", help: "How long after its end a visitor's token may still be refreshed." },
  siteTokenMs: { env: "DESKWIRE_SITE_TOKEN_MS", type: ms, default: 7 * DAY, unit: "ms", help: "Longest life, from when it is shown, of a token that a site signs itself; one that ends later is refused (token_invalid)." },
  jwksMaxAgeMs: { env: "DESKWIRE_JWKS_MAX_AGE_MS", type: ms, default: 10 * MINUTE, unit: "ms", help: "How long keys from a site's address are used before they are read again." },
  jwksCooldownMs: { env: "DESKWIRE_JWKS_COOLDOWN_MS", type: ms, default: 30 * SECOND, unit: "ms", help: "A site's address is asked for keys at most once in this time, whatever tokens come." },
  jwksStaleMs: { env: "DESKWIRE_JWKS_STALE_MS", type: ms, default: HOUR, unit: "ms", help: "How long the keys read last are used on when a site's address does not answer." },
  loginFailures: { env: "DESKWIRE_LOGIN_FAILURES", type: whole(1), default: 5, unit: "logins", help: "Wrong passwords for one username from one address before each further one makes the next wait twice as long (rate_limited)." },
  loginFailuresPerAddress: { env: "DESKWIRE_LOGIN_FAILURES_PER_ADDRESS", type: whole(1), default: 50, unit: "logins", help: "The same for all usernames from one address; no success clears these." },
  loginFailuresPerAccount: { env: "DESKWIRE_LOGIN_FAILURES_PER_ACCOUNT", type: whole(1), default: 100, unit: "logins", help: "The same for one username from all addresses; those it logged in from lately need not wait." },
  loginWaitMs: { env: "DESKWIRE_LOGIN_WAIT_MS", type: ms, default: SECOND, unit: "ms", help: "The first of these waits." },
  loginWaitMaxMs: { env: "DESKWIRE_LOGIN_WAIT_MAX_MS", type: ms, default: 15 * MINUTE, unit: "ms", help: "The longest of these waits; failures are forgotten when none came for as long after it." },
  passwordChecks: { env: "DESKWIRE_PASSWORD_CHECKS", type: whole(1), default: 2, unit: "checks", help: "Passwords checked at once, of the four threads that the process has for such work." },
  passwordChecksWaiting: { env: "DESKWIRE_PASSWORD_CHECKS_WAITING", type: whole(0), default: 64, unit: "checks", help: "Passwords that may wait to be checked; beyond it a login is refused (busy)." },
});

// biome-ignore format: a table reads best with one row on one line
const gatewayRows = section({
  frameBytes: { env: "DESKWIRE_FRAME_BYTES", type: bytes, default: 64 * KiB, unit: "bytes", help: "Largest client frame; a larger one closes the socket (frame_too_large)." },
  textBytes: { env: "DESKWIRE_TEXT_BYTES", type: bytes, default: 16 * KiB, unit: "bytes", help: "Largest message body, as JSON in UTF-8; a larger one is refused (too_large)." },
  serverFrameBytes: { env: "DESKWIRE_SERVER_FRAME_BYTES", type: bytes, default: 256 * KiB, unit: "bytes", help: "Largest reply sent to a client; a larger one is refused (too_large)." },
  payloadBytes: { env: "DESKWIRE_PAYLOAD_BYTES", type: bytes, default: 96 * KiB, unit: "bytes", help: "Largest frame that is read at all; at a larger one the socket is cut without a close code. Above DESKWIRE_FRAME_BYTES, so that frames between the two are closed with one." },
  sendQueueBytes: { env: "DESKWIRE_SEND_QUEUE_BYTES", type: bytes, default: 256 * KiB, unit: "bytes", help: "Unsent bytes per socket before it is closed and may resume (slow_consumer)." },
  inFlight: { env: "DESKWIRE_IN_FLIGHT", type: whole(1), default: 32, unit: "commands", help: "Unanswered commands of a socket; one more is refused (too_many_in_flight)." },
  sendsPerS: { env: "DESKWIRE_SENDS_PER_S", type: whole(1), default: 20, unit: "sends/s", help: "Sends per second that a socket, or a user over HTTP, may keep up; more are refused (rate_limited)." },
  sendsBurst: { env: "DESKWIRE_SENDS_BURST", type: whole(1), default: 40, unit: "sends", help: "Sends a socket, or a user over HTTP, may make at once after a rest." },
  idleMs: { env: "DESKWIRE_IDLE_MS", type: ms, default: 60 * SECOND, unit: "ms", help: "How long a socket may be silent before it is dropped." },
  pingMs: { env: "DESKWIRE_PING_MS", type: ms, default: 10 * SECOND, unit: "ms", help: "How often clients are asked to send `ping`." },
  helloTimeoutMs: { env: "DESKWIRE_HELLO_TIMEOUT_MS", type: ms, default: 5 * SECOND, unit: "ms", help: "Time for a socket to say hello; then it is closed (hello_timeout)." },
  drainPerS: { env: "DESKWIRE_DRAIN_PER_S", type: whole(1), default: 500, unit: "clients/s", help: "Clients sent away per second after SIGTERM; more when DESKWIRE_DRAIN_MS would not do for all." },
  historyMax: { env: "DESKWIRE_HISTORY_MAX", type: whole(1), default: 200, unit: "messages", help: "Most messages in one page of history." },
  waitsPerUser: { env: "DESKWIRE_WAITS_PER_USER", type: whole(1), default: 8, unit: "requests", help: "Requests of one user that wait for a newer entry at once; one more is refused (too_many_in_flight)." },
  waitsPerNode: { env: "DESKWIRE_WAITS_PER_NODE", type: whole(1), default: 10_000, unit: "requests", help: "Requests that wait for a newer entry at this gateway; beyond it they are refused (busy)." },
  waitLingerMs: { env: "DESKWIRE_WAIT_LINGER_MS", type: ms, default: 10 * SECOND, unit: "ms", help: "How long after its last such request a user still counts as online." },
  transcriptBytes: { env: "DESKWIRE_TRANSCRIPT_BYTES", type: bytes, default: 1024 * KiB, unit: "bytes", help: "Most bytes of messages in one transcript; it then says where to go on." },
  historyBytes: { env: "DESKWIRE_HISTORY_BYTES", type: bytes, default: 192 * KiB, unit: "bytes", help: "Most bytes of messages in one page of history." },
});

// biome-ignore format: a table reads best with one row on one line
const limitRows = section({
  trustedProxies: { env: "DESKWIRE_TRUSTED_PROXIES", type: networks, default: [], help: "Our own proxies. Only what they say of a client's address is believed: PROXY protocol v2, then X-Forwarded-For from the right to the first address that is none of these." },
  ownOrigins: { env: "DESKWIRE_OWN_ORIGINS", type: origins, default: [], help: "Where browsers reach this server's own pages (the console): these may speak for every tenant. localhost and plain IP addresses need not be named." },
  exemptAddresses: { env: "DESKWIRE_EXEMPT_ADDRESSES", type: networks, default: ["127.0.0.0/8", "::1"], help: "Clients that no limit per address counts. Limits per address count an IPv6 client by its /64." },
  socketsPerNode: { env: "DESKWIRE_SOCKETS_PER_NODE", type: whole(1), default: 20_000, unit: "sockets", help: "Open sockets; one more is closed with a time to come back (overloaded)." },
  socketsPerTenant: { env: "DESKWIRE_SOCKETS_PER_TENANT", type: whole(1), default: 10_000, unit: "sockets", help: "Open sockets of one tenant; of one more the hello is refused (busy), then it is closed (overloaded)." },
  socketsPerAddress: { env: "DESKWIRE_SOCKETS_PER_ADDRESS", type: whole(1), default: 500, unit: "sockets", help: "Open sockets from one address; one more is closed with a time to come back (overloaded)." },
  socketsPerUser: { env: "DESKWIRE_SOCKETS_PER_USER", type: whole(1), default: 20, unit: "sockets", help: "Open sockets of one user; one more closes the user's oldest (replaced)." },
  greetingPerNode: { env: "DESKWIRE_GREETING_PER_NODE", type: whole(1), default: 2_000, unit: "sockets", help: "Open sockets that have not said who they are; one more is closed with a time to come back (overloaded)." },
  greetingPerAddress: { env: "DESKWIRE_GREETING_PER_ADDRESS", type: whole(1), default: 100, unit: "sockets", help: "The same from one address." },
  waitingBytes: { env: "DESKWIRE_WAITING_BYTES", type: bytes, default: 32 * KiB, unit: "bytes", help: "Frames of a socket that may wait for the answer to its hello; with more it is closed (overloaded). With one frame under way (DESKWIRE_PAYLOAD_BYTES) this is what a socket may occupy before its token was read: 128 KiB." },
  connectsPerNode: { env: "DESKWIRE_CONNECTS_PER_NODE", type: rate, default: { count: 500, per_ms: SECOND }, help: "New sockets; each one beyond it is closed with a time of its own to come back (overloaded)." },
  connectsPerAddress: { env: "DESKWIRE_CONNECTS_PER_ADDRESS", type: rate, default: { count: 300, per_ms: MINUTE }, help: "New sockets from one address; each one beyond it is closed with a time to come back (overloaded)." },
  commandsPerSocket: { env: "DESKWIRE_COMMANDS_PER_SOCKET", type: rate, default: { count: 500, per_ms: 5 * SECOND }, help: "Commands of a socket, of whatever kind; more are refused (rate_limited), or dropped when they want no answer." },
  excessPerSocket: { env: "DESKWIRE_EXCESS_PER_SOCKET", type: rate, default: { count: 1_000, per_ms: MINUTE }, help: "Commands beyond DESKWIRE_COMMANDS_PER_SOCKET that are still answered with a refusal; then the socket is closed for good (abuse)." },
  callsPerAddress: { env: "DESKWIRE_CALLS_PER_ADDRESS", type: rate, default: { count: 600, per_ms: 10 * SECOND }, help: "HTTP calls from one address; more are refused (rate_limited)." },
  callsPerUser: { env: "DESKWIRE_CALLS_PER_USER", type: rate, default: { count: 300, per_ms: 10 * SECOND }, help: "HTTP calls of one user; more are refused (rate_limited)." },
  sendsPerUser: { env: "DESKWIRE_SENDS_PER_USER", type: rate, default: { count: 200, per_ms: 5 * SECOND }, help: "Sends of one user over all its sockets and HTTP; more are refused (rate_limited)." },
  sendsPerTenant: { env: "DESKWIRE_SENDS_PER_TENANT", type: rate, default: { count: 2_000, per_ms: SECOND }, help: "Sends of all users of one tenant; more are refused (rate_limited)." },
  visitorsPerAddress: { env: "DESKWIRE_VISITORS_PER_ADDRESS", type: rate, default: { count: 60, per_ms: MINUTE }, help: "Visitor sessions begun from one address; more are refused (rate_limited)." },
  offlinePerAddress: { env: "DESKWIRE_OFFLINE_PER_ADDRESS", type: rate, default: { count: 20, per_ms: 10 * MINUTE }, help: "Offline forms from one address; more are refused (rate_limited)." },
  uploadsPerAddress: { env: "DESKWIRE_UPLOADS_PER_ADDRESS", type: rate, default: { count: 60, per_ms: MINUTE }, help: "Files uploaded from one address; more are refused (rate_limited)." },
});

// biome-ignore format: a table reads best with one row on one line
const fileRows = section({
  fileBytes: { env: "DESKWIRE_FILE_BYTES", type: bytes, default: 10 * KiB ** 2, unit: "bytes", help: "Largest file a conversation takes; a larger one is refused (too_large)." },
  fileTypes: { env: "DESKWIRE_FILE_TYPES", type: list, default: FILE_TYPES, help: "Media types of files that are taken; others are refused (unsupported). Whatever stands here, no file is ever executed by a page." },
});

// biome-ignore format: a table reads best with one row on one line
const timelineRows = section({
  windowEntries: { env: "DESKWIRE_WINDOW_ENTRIES", type: whole(1), default: 200, unit: "entries", help: "Entries of a conversation kept live; older ones are read from history." },
  windowBytes: { env: "DESKWIRE_WINDOW_BYTES", type: bytes, default: 256 * KiB, unit: "bytes", help: "Bytes of a conversation kept live." },
  windowMs: { env: "DESKWIRE_WINDOW_MS", type: ms, default: 24 * HOUR, unit: "ms", help: "How long an idle conversation is kept live." },
  unsettledMax: { env: "DESKWIRE_UNSETTLED_MAX", type: whole(1), default: 150, unit: "entries", help: "Entries of one conversation that may wait for the journal; then sends are refused (busy). Below DESKWIRE_WINDOW_ENTRIES." },
  pendingMs: { env: "DESKWIRE_PENDING_MS", type: ms, default: 3 * SECOND, unit: "ms", help: "A send not durable after this is answered `pending`." },
  journalBatchRecords: { env: "DESKWIRE_JOURNAL_BATCH_RECORDS", type: whole(1), default: 500, unit: "records", help: "Most records in one write of the journal." },
  journalBatchBytes: { env: "DESKWIRE_JOURNAL_BATCH_BYTES", type: bytes, default: 256 * KiB, unit: "bytes", help: "Most bytes in one write of the journal." },
});

// biome-ignore format: a table reads best with one row on one line
const routerRows = section({
  agentLostMs: { env: "DESKWIRE_AGENT_LOST_MS", type: ms, default: 20 * SECOND, unit: "ms", help: "An agent whose socket gave no frame or pong for this long counts as lost." },
  agentGraceMs: { env: "DESKWIRE_AGENT_GRACE_MS", type: ms, default: 30 * SECOND, unit: "ms", help: "Time for a lost agent to return before its conversations go to others." },
  offerTimeoutMs: { env: "DESKWIRE_OFFER_TIMEOUT_MS", type: ms, default: 20 * SECOND, unit: "ms", help: "Time to accept an offer, where the topic does not say otherwise." },
  reopenWindowMs: { env: "DESKWIRE_REOPEN_WINDOW_MS", type: ms, default: 24 * HOUR, unit: "ms", help: "How long after closing a visitor reopens the same conversation, where the topic does not say otherwise." },
  attributesBytes: { env: "DESKWIRE_ATTRIBUTES_BYTES", type: bytes, default: 8 * KiB, unit: "bytes", help: "What a visitor may tell of itself, as JSON; more is refused (too_large)." },
  statusRestoreMs: { env: "DESKWIRE_STATUS_RESTORE_MS", type: ms, default: 30 * MINUTE, unit: "ms", help: "An agent that returns within this time gets its last status back." },
});

export const SECTIONS = {
  Process: processRows,
  Access: accessRows,
  Gateway: gatewayRows,
  Limits: limitRows,
  Files: fileRows,
  Timeline: timelineRows,
  Router: routerRows,
} as const;

export const TABLE = { ...processRows, ...accessRows, ...gatewayRows, ...limitRows, ...fileRows, ...timelineRows, ...routerRows };

export type Config = Values<typeof TABLE>;

/** The first of each pair only makes sense below the second. */
const BELOW = [
  ["frameBytes", "payloadBytes"],
  ["historyBytes", "serverFrameBytes"],
  ["unsettledMax", "windowEntries"],
] as const satisfies readonly (readonly (keyof Config)[])[];

/**
 * The frozen values of all settings: from the variable, else from the file of a secret, else the default. An empty variable counts as
 * absent. Throws one ConfigError that names every unknown `DESKWIRE_*` variable, every bad value and every two that contradict each other, and says what to do.
 */
export function loadConfig(env: Readonly<Record<string, string | undefined>>, readFile: (path: string) => string): Config {
  const config = load(TABLE, env, readFile);
  const crossed = BELOW.filter(([low, high]) => config[low] >= config[high]);
  if (crossed.length > 0)
    throw new ConfigError(crossed.map(([low, high]) => `${TABLE[low].env} is not below ${TABLE[high].env}. Change one of them.`));
  return config;
}

/** Variable -> value as text, for logs; secrets only say whether they are set. */
export function describeConfig(config: Config): Readonly<Record<string, string>> {
  return describe(TABLE, config);
}
