import type { TestContext } from "node:test";
import type { Case } from "./cases.js";

/** What became of one case. */
export interface Result {
  readonly group: string;
  readonly name: string;
  readonly outcome: "passed" | "failed" | "not_applicable";
  readonly reason?: string;
  readonly took_ms: number;
  readonly error?: string;
}

/** A server that does not answer fails a case, and holds nothing up. */
const CASE_MS_MAX = 60_000;

/** Plays one case, and undoes what it did. Never rejects. */
export async function play({ group, name, reason, body }: Case): Promise<Result> {
  if (reason !== undefined) return { group, name, outcome: "not_applicable", reason, took_ms: 0 };
  const since_ms = performance.now();
  const stray = new Stray();
  const undo: (() => unknown)[] = [];
  const t = { after: (hook: () => unknown) => void undo.push(hook) } as unknown as TestContext;
  let error = await failure(() => Promise.race([body(t), stray.thrown, late()]));
  for (const hook of undo) {
    const stays = await failure(async () => hook());
    error ??= stays;
  }
  error ??= stray.error;
  stray.stop();
  const took_ms = Math.round(performance.now() - since_ms);
  return { group, name, outcome: error ? "failed" : "passed", took_ms, ...(error && { error: error.message }) };
}

async function failure(attempt: () => Promise<unknown>): Promise<Error | undefined> {
  try {
    await attempt();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Pending at the end of a case that was in time, which is no fault: nothing waits for it. */
function late(): Promise<never> {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new Error(`not over after ${CASE_MS_MAX} ms`)), CASE_MS_MAX).unref();
  });
}

/** What is thrown while nobody waits for it belongs to the case that is being played. */
class Stray {
  error: Error | undefined;
  readonly thrown: Promise<never>;
  readonly #hear: (error: unknown) => void;

  constructor() {
    let reject: (error: Error) => void = () => undefined;
    this.thrown = new Promise((_, no) => {
      reject = no;
    });
    this.thrown.catch(() => undefined);
    this.#hear = (thrown) => {
      this.error ??= thrown instanceof Error ? thrown : new Error(String(thrown));
      reject(this.error);
    };
    process.on("uncaughtException", this.#hear);
    process.on("unhandledRejection", this.#hear);
  }

  stop(): void {
    process.off("uncaughtException", this.#hear);
    process.off("unhandledRejection", this.#hear);
  }
}
