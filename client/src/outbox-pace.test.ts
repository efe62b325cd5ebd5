import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeClock } from "../../lib/clock-fake.js";
import { ClientError } from "./errors.js";
import { Outbox } from "./outbox.js";
import { memoryStorage } from "./storage.js";

const WAIT_MS = 50;
const CONVERSATIONS = 10;

test("messages of many conversations that were sent too fast go again one after another, not all at once", async () => {
  const clock = new FakeClock();
  const began_ms = clock.monotonic();
  const again: number[] = [];
  const tried = new Set<unknown>();
  const outbox = new Outbox({
    ...{ storage: memoryStorage(), key: "outbox", clock, random: () => 0.5 },
    send: async ({ mid }) => {
      if (tried.has(mid)) {
        again.push(clock.monotonic() - began_ms);
        return { pos: [1, 1], ts: 1 };
      }
      tried.add(mid);
      throw new ClientError("rate_limited", undefined, true, WAIT_MS);
    },
  });
  outbox.up("vera");
  const sent = Array.from({ length: CONVERSATIONS }, (_, i) =>
    outbox.add({ c: `c${i}`, mid: `m${i}`, kind: "text", body: { text: "hello" }, since: [0, 0], at: 0 }),
  );
  for (let i = 0; i <= CONVERSATIONS; i++) await clock.advance(WAIT_MS);
  await Promise.all(sent);
  assert.deepEqual(
    again,
    Array.from({ length: CONVERSATIONS }, (_, i) => WAIT_MS * (i + 1)),
  );
});
