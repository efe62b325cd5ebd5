import assert from "node:assert/strict";
import { test } from "node:test";
import type { Shown } from "@deskwire/client";
import * as en from "../messages/en.js";
import { type Situation, viewOf } from "./view.js";

const words = { ...en.chat, ...en.widget };
const vera = { id: "v1", role: "visitor", name: "Visitor", online: true } as const;
const ada = { id: "ada", role: "agent", name: "Ada", online: true } as const;

const idle: Situation = {
  ...{ state: "idle", failed: false, welcomed: false, online: true, refused: false, too_large: false },
  ...{ conversation: undefined, first: [], again: false, loading: false, rated: false },
};
const conversation: NonNullable<Situation["conversation"]> = {
  ...{ state: "active", assignee: "ada", queue: undefined, members: [vera, ada], typing: new Map(), messages: [] },
  ...{ missing: undefined, unread: 0, recallable: () => 0 },
};
const talking: Situation = { ...idle, state: "ready", welcomed: true, conversation };

type Standing = NonNullable<Situation["conversation"]>;
const viewAt = (change: Partial<Situation> = {}) => viewOf(words, { ...talking, ...change });
const viewWith = (change: Partial<Standing>) => viewAt({ conversation: { ...conversation, ...change } });

function entry(event: string): Shown {
  const body = { event, assignee: "ada" };
  return {
    ...{ key: event, mid: event, from: { id: "d", role: "system", name: "" }, mine: false, kind: "routing", body, ts: 1 },
    ...{ status: "sent", recalled: false },
  };
}

test("who answers is named with their presence, and nobody's presence is shown over a connection that failed", () => {
  const { title, subtitle, online } = viewAt();
  assert.deepEqual({ title, subtitle, online }, { title: "Ada", subtitle: words.online, online: true });
  assert.equal(viewWith({ members: [vera, { ...ada, online: false }] }).subtitle, words.away);
  const lost = viewAt({ state: "waiting", failed: true });
  assert.deepEqual([lost.title, lost.subtitle, lost.online, lost.banner], ["Ada", "", undefined, words.reconnecting]);
});

test("a connection that comes back by itself within a moment is not called lost", () => {
  assert.equal(viewAt({ state: "connecting" }).banner, "");
  assert.equal(viewAt({ state: "connecting", failed: true }).banner, words.reconnecting);
});

test("the banner tells a desk never reached, a browser without network, an end and a refusal apart", () => {
  const failed = { state: "waiting", failed: true } as const;
  assert.equal(viewAt({ ...failed, welcomed: false }).banner, words.session_failed);
  assert.equal(viewAt({ ...failed, online: false }).banner, words.offline);
  assert.equal(viewAt({ failed: true, state: "stopped" }).banner, words.stopped);
  assert.equal(viewAt({ failed: true, state: "stopped", refused: true }).banner, words.refused);
});

test("a person may hurry a connection only where that can help", () => {
  const failed = { state: "waiting", failed: true } as const;
  assert.equal(viewAt(failed).banner_action, true);
  assert.equal(viewAt({ ...failed, online: false }).banner_action, false);
  assert.equal(viewAt({ ...failed, state: "stopped", refused: true }).banner_action, false);
  assert.equal(viewAt().banner_action, false);
});

test("the place in line is told while the visitor waits, and only over a connection that stands", () => {
  const queued = { state: "queued", assignee: undefined, queue: { position: 3, eta_ms: 125_000 } } as const;
  assert.equal(viewWith(queued).queue, "You are number 3 in line, about 2 min to go.");
  assert.equal(viewWith({ ...queued, queue: { position: 2, eta_ms: 0 } }).queue, "You are number 2 in line.");
  assert.equal(viewWith({ ...queued, queue: { position: 1, eta_ms: 9_000 } }).queue, words.queue_soon);
  assert.equal(viewWith({ ...queued, state: "active" }).queue, "");
  assert.equal(viewAt({ failed: true, conversation: { ...conversation, ...queued } }).queue, "");
});

test("somebody else's typing is told, the visitor's own in another tab is not", () => {
  assert.equal(viewWith({ typing: new Map([["v1", "hel"]]) }).typing, "");
  assert.equal(
    viewWith({
      typing: new Map([
        ["v1", "hel"],
        ["ada", ""],
      ]),
    }).typing,
    "Ada is typing…",
  );
});

test("first words stand last and are on their way, until the desk refuses them", () => {
  const first = [{ mid: "m1", text: "hello", at: 1 }];
  const deliveries = (refused: boolean) =>
    viewAt({ first, refused, conversation: undefined }).rows.flatMap((row) => (row.row === "bubble" ? row.said.delivery : []));
  assert.deepEqual(deliveries(false), ["sending"]);
  assert.deepEqual(deliveries(true), ["failed"]);
});

test("routing that says nothing to a visitor is no row", () => {
  const { rows } = viewWith({ messages: ["queued", "assigned", "asserted", "wrapup"].map(entry) });
  assert.deepEqual(
    rows.map(({ row, key }) => (row === "notice" ? key : row)),
    ["day", "assigned"],
  );
});

test("what is over offers a rating where somebody answered, and the composer again when the visitor goes on", () => {
  const over = { ...conversation, state: "closed", assignee: undefined } as const;
  const at = (change: Partial<Situation>) => {
    const { stage, rating } = viewAt({ conversation: over, ...change });
    return `${stage} ${rating}`;
  };
  assert.equal(at({}), "closed asked");
  assert.equal(at({ rated: true }), "closed given");
  assert.equal(at({ conversation: { ...over, members: [vera] } }), "closed none");
  assert.equal(at({ again: true }), "empty asked");
  assert.equal(at({ first: [{ mid: "m1", text: "more", at: 1 }] }), "empty asked");
});
