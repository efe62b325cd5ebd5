import type { Transport } from "./options.js";
import type { Result } from "./play.js";

/** The outcome of a run, for machines. */
export interface Report {
  readonly server: string;
  readonly transport: Transport;
  readonly passed: number;
  readonly failed: number;
  readonly not_applicable: number;
  readonly took_ms: number;
  readonly cases: readonly Result[];
}

export function reportOf(server: string, transport: Transport, cases: readonly Result[]): Report {
  const count = (what: Result["outcome"]): number => cases.filter(({ outcome }) => outcome === what).length;
  const counts = { passed: count("passed"), failed: count("failed"), not_applicable: count("not_applicable") };
  return { server, transport, ...counts, took_ms: cases.reduce((sum, { took_ms }) => sum + took_ms, 0), cases };
}

const MARKS = { passed: "ok  ", failed: "FAIL", not_applicable: "n/a " } as const;

/** One case for people. */
export function lineOf({ group, name, outcome, reason, took_ms, error }: Result): string {
  const why = reason === undefined ? `${took_ms} ms` : reason;
  const fault = error === undefined ? "" : `\n       ${error.replaceAll("\n", "\n       ")}`;
  return `${MARKS[outcome]} ${group}: ${name} (${why})${fault}`;
}

export function summaryOf({ server, transport, passed, failed, not_applicable, took_ms }: Report): string {
  const counts = `${passed} passed, ${failed} failed, ${not_applicable} not applicable`;
  return `${server} over ${transport}: ${counts} (${(took_ms / 1_000).toFixed(1)} s)`;
}
