import type { Numbers } from "./attack-numbers.js";

/** Where the attackers stand, and what they know. */
export interface Ground {
  readonly host: string;
  readonly port: number;
  /** Their own address, when it is not the usual one. */
  readonly from?: string;
  /** Visitors of theirs, each with a conversation. */
  readonly visitors: readonly { readonly token: string; readonly c: string }[];
  /** Conversations of others. */
  readonly foreign: readonly string[];
}

/** One case of an attack: what it does follows from its numbers alone. */
export interface Case {
  readonly ground: Ground;
  readonly numbers: Numbers;
  /** Aborted when the phase is over: whatever waits lets go. */
  readonly over: AbortSignal;
  /** Says what is about to be done, for the report when something breaks. */
  note(what: string): void;
}

/** A way to attack. Every case ends by itself within seconds, and leaves nothing open. */
export interface Attack {
  readonly name: string;
  /** How many of it go on at a time. */
  readonly lanes: number;
  /** Between two cases of a lane, at most: the attackers share the machine with those they attack. */
  readonly rest_ms: number;
  run(fight: Case): Promise<void>;
}

/** Resolves after that time, or at once when the phase is over. */
export function passes(ms: number, over: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      over.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, over.aborted ? 0 : ms);
    over.addEventListener("abort", done);
  });
}
