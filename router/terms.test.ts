import assert from "node:assert/strict";
import { test } from "node:test";
import type { DirectoryCache } from "../directory/cache.js";
import type { Topic } from "../directory/directory.js";
import { refusal } from "../test/support/refusal.js";
import { RULES } from "./state.js";
import { termsOf } from "./terms.js";

const RULED = { ...RULES, offer_timeout_ms: 11_000, reopen_window_ms: 22_000 };

/** A tenant with one topic. */
function directory(topic: Partial<Topic>): Pick<DirectoryCache, "get"> {
  const rows = new Map<string, object>([
    ["tenant//demo", { default_topic: "support" }],
    ["topic/demo/support", { name: {}, skills: ["tea"], ...topic }],
  ]);
  return { get: (async (kind: string, tenant: string, id: string) => rows.get(`${kind}/${tenant}/${id}`)) as DirectoryCache["get"] };
}

test("what a topic says counts, and the settings where it says nothing", async () => {
  const silent = await termsOf(directory({}), RULED, "demo", undefined);
  assert.deepEqual(silent, {
    topic: "support",
    terms: { skills: ["tea"], offer_timeout_ms: 11_000, reopen_window_ms: 22_000, away_on_missed_offer: true },
  });
  const { terms } = await termsOf(directory({ offer_timeout_ms: 1, reopen_window_ms: 0 }), RULED, "demo", "support");
  assert.deepEqual([terms.offer_timeout_ms, terms.reopen_window_ms], [1, 0]);
});

test("a topic that is not there, or is disabled, is not_found", async () => {
  await assert.rejects(termsOf(directory({}), RULED, "demo", "sales"), refusal("not_found"));
  await assert.rejects(termsOf(directory({ disabled: true }), RULED, "demo", "support"), refusal("not_found"));
});
