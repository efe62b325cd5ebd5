import assert from "node:assert/strict";
import { test } from "node:test";
import { CLOSES, closeVerdict, ERRORS } from "./codes.js";

/** A code is for ever: this is the table clients were written against, by hand. */
const HTTP: Readonly<Record<string, number>> = {
  ...{ bad_request: 400, unsupported: 400, unauthenticated: 401, forbidden: 403, not_found: 404 },
  ...{ conflict: 409, closed: 409, not_assigned: 409, too_large: 413 },
  ...{ rate_limited: 429, too_many_in_flight: 429, busy: 503, unavailable: 503, pending: 503 },
};
const RETRYABLE = ["rate_limited", "too_many_in_flight", "busy", "unavailable", "pending"];

test("every error code has the HTTP status that clients know", () => {
  assert.deepEqual(Object.fromEntries(Object.entries(ERRORS).map(([code, { http }]) => [code, http])), HTTP);
});

test("exactly the codes that ask for patience may be tried again unchanged", () => {
  const retryable = Object.entries(ERRORS).filter(([, { retry }]) => retry);
  assert.deepEqual(new Set(retryable.map(([code]) => code)), new Set(RETRYABLE));
});

test("every error says in a sentence what it means", () => {
  for (const [code, { meaning }] of Object.entries(ERRORS)) assert.match(meaning, /^[A-Z].+\.$/, code);
});

test("the close codes are the published ones", () => {
  assert.deepEqual(CLOSES, {
    ...{ draining: 4000, slow_consumer: 4001, internal: 4002, hello_timeout: 4003, overloaded: 4004 },
    ...{ token_expired: 4100, token_invalid: 4101, token_revoked: 4102 },
    ...{ bad_frame: 4200, frame_too_large: 4201, forbidden: 4202, replaced: 4203, unsupported_version: 4204, abuse: 4205 },
  });
});

test("the hundred of a close code tells the client what to do, also of codes it does not know", () => {
  for (const code of [4000, 4004, 4099, 1000, 1001, 1006, 1012, 1013, 4300]) assert.equal(closeVerdict(code), "reconnect", String(code));
  for (const code of [4100, 4102, 4199]) assert.equal(closeVerdict(code), "new_token", String(code));
  for (const code of [4200, 4205, 4299]) assert.equal(closeVerdict(code), "stop", String(code));
});
