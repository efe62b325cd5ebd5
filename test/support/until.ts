import assert from "node:assert/strict";
import { DeskError } from "../../lib/errors.js";
import { turn } from "../../lib/turn.js";

const PATIENCE_MS = 5_000;
const LOOK_AGAIN_MS = 2;

/** Resolves when it is so; fails with what was waited for when it is not so in time. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>, patience_ms = PATIENCE_MS): Promise<void> {
  const end_ms = performance.now() + patience_ms;
  while (!(await isSo())) {
    assert.ok(performance.now() < end_ms, `waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}

/** Every reaction that is ready has run, and what the event loop had to hand out has been handed out. */
export async function turns(count = 3): Promise<void> {
  for (let i = 0; i < count; i++) await turn();
}

/** Whether a promise has found its end, without waiting for it. */
export function watch(promise: Promise<unknown>): { readonly state: string } {
  const seen = { state: "open" };
  promise.then(
    () => {
      seen.state = "resolved";
    },
    (error: unknown) => {
      seen.state = error instanceof DeskError ? error.code : String(error);
    },
  );
  return seen;
}
