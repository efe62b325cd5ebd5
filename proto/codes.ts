/**
 * The one table of errors and close codes. A code is for ever; message texts are free.
 *
 * `retry`: the same command may be sent again (after `retry_after_ms` when given). `http`: the status of the same error over HTTP.
 */
export const ERRORS = {
  bad_request: { http: 400, retry: false, meaning: "The command is malformed, or a field has a wrong type or range." },
  unauthenticated: { http: 401, retry: false, meaning: "No valid token: missing, expired, revoked or not for this server." },
  forbidden: { http: 403, retry: false, meaning: "The caller's role may not do this." },
  not_found: { http: 404, retry: false, meaning: "It does not exist, or the caller may not know of it." },
  not_assigned: { http: 409, retry: false, meaning: "The caller is an agent who does not hold this conversation." },
  closed: { http: 409, retry: false, meaning: "The conversation is closed." },
  conflict: { http: 409, retry: false, meaning: "Somebody else was first, or the same mid was used for other content." },
  too_large: { http: 413, retry: false, meaning: "The body is over its limit." },
  unsupported: { http: 400, retry: false, meaning: "This server does not know or does not offer this operation." },
  rate_limited: { http: 429, retry: true, meaning: "Too many commands in a short time; `retry_after_ms` says when to go on." },
  too_many_in_flight: { http: 429, retry: true, meaning: "Too many unanswered commands on this socket." },
  busy: { http: 503, retry: true, meaning: "A queue behind the server is full; nothing was stored." },
  unavailable: { http: 503, retry: true, meaning: "A part of the service is out of reach; on a send the outcome is unknown." },
  pending: { http: 503, retry: true, meaning: "Not durable yet; the outcome is unknown, and the same mid may be sent again." },
} as const;

export type ErrorCode = keyof typeof ERRORS;

/**
 * WebSocket close codes. The hundred tells the client what to do: 40xx reconnect and resume, 41xx reconnect with a new token,
 * 42xx stop until a person or a new version changes something.
 */
export const CLOSES = {
  draining: 4000,
  slow_consumer: 4001,
  internal: 4002,
  hello_timeout: 4003,
  overloaded: 4004,
  token_expired: 4100,
  token_invalid: 4101,
  token_revoked: 4102,
  bad_frame: 4200,
  frame_too_large: 4201,
  forbidden: 4202,
  replaced: 4203,
  unsupported_version: 4204,
  abuse: 4205,
} as const;

export type CloseName = keyof typeof CLOSES;

export type CloseVerdict = "reconnect" | "new_token" | "stop";

/** What a client does after a close, by the code's hundred; codes outside 41xx and 42xx mean reconnect and resume. */
export function closeVerdict(code: number): CloseVerdict {
  if (code >= 4100 && code < 4200) return "new_token";
  if (code >= 4200 && code < 4300) return "stop";
  return "reconnect";
}
