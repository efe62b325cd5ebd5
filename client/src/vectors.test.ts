import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import type { Position } from "../../proto/position.js";
import { connected, reached } from "../../test/support/client-stage.js";
import { backoff } from "./backoff.js";
import { Timeline, type Wanted } from "./timeline.js";
import type { HistoryPage, Opened, ServerEvent } from "./wire.js";

/** The protocol's golden vectors, as this SDK takes them. */
function vectors<V>(file: string): (V & { readonly name: string })[] {
  const text = readFileSync(new URL(`../../proto/vectors/${file}.json`, import.meta.url), "utf8");
  return (JSON.parse(text) as { vectors: (V & { name: string })[] }).vectors;
}

interface Step {
  readonly opened?: Opened;
  readonly event?: ServerEvent;
  readonly history?: HistoryPage;
  readonly then: { readonly position: Position; readonly shown: readonly string[]; readonly missing: boolean };
}

function take(timeline: Timeline, { opened, event, history }: Step): void {
  if (opened) timeline.opened(opened);
  if (event?.ev === "gap") timeline.gap(event);
  if (event?.ev === "message" || event?.ev === "skip") timeline.live(event);
  if (history) timeline.caughtUp(timeline.wanted as Wanted, history);
}

for (const { name, steps } of vectors<{ steps: readonly Step[] }>("reading"))
  test(`reading: ${name}`, () => {
    const timeline = new Timeline();
    for (const [n, step] of steps.entries()) {
      take(timeline, step);
      const { position, wanted, messages } = timeline;
      const then = { position, shown: messages.map(({ mid }) => mid), missing: wanted !== undefined };
      assert.deepEqual(then, step.then, `after step ${n + 1}`);
    }
  });

for (const { name, retry, most_ms } of vectors<{ retry: number; most_ms: number }>("backoff"))
  test(`back-off: ${name} waits up to ${most_ms} ms`, () => {
    assert.equal(
      backoff(retry, () => 1),
      most_ms,
    );
    assert.equal(
      backoff(retry, () => 0),
      0,
    );
  });

interface Close {
  readonly code: number;
  readonly reason: string;
  readonly client: "reconnect" | "new_token" | "stop";
  readonly retry_after_ms?: number;
}

/** What the client does next, and how many tokens it has asked for then. */
const THEN = { reconnect: ["waiting", 1], new_token: ["ready", 2], stop: ["stopped", 1] } as const;
const ABNORMAL = 1006;

const closes = vectors<Close>("closes");

for (const { name, code, reason, client: wanted } of closes.filter((each) => each.retry_after_ms === undefined))
  test(`close: ${name} (${code}) makes the client ${wanted}`, async (t) => {
    const { line, client, desk, tokens } = await connected(t);
    const [state, asked] = THEN[wanted];
    const again = desk
      .line(2)
      .then((next) => next.welcome())
      .catch(() => undefined);
    if (code === ABNORMAL) line.cut();
    else line.close(code, reason);
    await reached(client, state === "ready" ? "connecting" : state);
    await reached(client, state);
    assert.equal(tokens.length, asked);
    await (state === "ready" ? again : undefined);
  });

for (const { name, code, reason, client: wanted, retry_after_ms } of closes.filter((each) => each.retry_after_ms !== undefined))
  test(`close: ${name} (${code}) is obeyed to the millisecond`, async (t) => {
    const { line, client, clock, tokens } = await connected(t);
    line.close(code, reason);
    await reached(client, "waiting");
    await clock.advance(Number(retry_after_ms) - 1);
    assert.equal(client.state, "waiting");
    await clock.advance(1);
    assert.notEqual(client.state, "waiting");
    assert.equal(tokens.length, wanted === "new_token" ? 2 : 1);
  });

for (const { name, event, verdict } of vectors<{ event: ServerEvent; verdict: string }>("events").filter(
  (each) => each.verdict === "valid",
))
  test(`event: ${name} is taken, whether it means something to this client or not`, async (t) => {
    const { line, client } = await connected(t);
    line.say(event);
    await line.settled();
    assert.equal(client.state, "ready", verdict);
  });
