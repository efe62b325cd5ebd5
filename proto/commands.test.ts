import assert from "node:assert/strict";
import { test } from "node:test";
import { mayCall, maySend, OPS, type OpName } from "./commands.js";
import type { Role } from "./message.js";

const ROLES: readonly Role[] = ["visitor", "agent", "supervisor", "bot"];
const VISITORS = ["visit", "rate"];
const SUPERVISORS = ["ban"];
const DESK = ["status", "inbox", "accept", "decline", "transfer", "hold", "unhold", "wrapped", "tag", "assign", "queue", "explain"];

const callers = (op: string): readonly Role[] => ROLES.filter((role) => mayCall(op as OpName, role));

test("who a command is for may give it, and nobody else", () => {
  for (const op of VISITORS) assert.deepEqual(callers(op), ["visitor"], op);
  for (const op of SUPERVISORS) assert.deepEqual(callers(op), ["supervisor"], op);
  for (const op of DESK) assert.deepEqual(callers(op), ["agent", "supervisor", "bot"], op);
});

test("every other command is for everyone", () => {
  const named = new Set([...VISITORS, ...SUPERVISORS, ...DESK]);
  const others = Object.keys(OPS).filter((op) => !named.has(op));
  for (const op of others) assert.deepEqual(callers(op), ROLES, op);
});

const SENDERS: Readonly<Record<string, readonly Role[]>> = {
  text: ROLES,
  file: ROLES,
  recall: ROLES,
  card: ["agent", "supervisor", "bot"],
  note: ["agent", "supervisor"],
};

for (const [kind, senders] of Object.entries(SENDERS))
  test(`a ${kind} is sent by ${senders.join(", ")}, and by nobody else`, () => {
    assert.deepEqual(
      [...ROLES, "system" as const].filter((role) => maySend(kind, role)),
      senders,
    );
  });
