import { readFileSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";

/** What the figures below it were measured on. */
export function machine(): string {
  const [first] = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} x ${first?.model ?? "unknown"}, ${memory} GiB, Linux ${release()}, Node ${process.versions.node}`;
}

/** `sorted` ascending; p from 0 to 1. */
export function percentile(sorted: readonly number[], p: number): number {
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(sorted.length * p) - 1))] ?? Number.NaN;
}

export function ascending(values: Iterable<number>): number[] {
  return [...values].sort((a, b) => a - b);
}

/** `median (lowest-highest)`. */
export function spread(values: readonly number[], digits: number): string {
  const sorted = ascending(values);
  const shown = (value: number | undefined): string => (value ?? Number.NaN).toFixed(digits);
  return `${shown(percentile(sorted, 0.5))} (${shown(sorted[0])}-${shown(sorted.at(-1))})`;
}

/** Seconds of CPU a process of this machine has used, in user and system mode. */
export function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_S;
}

/** USER_HZ, a constant of Linux's interface to programs. */
const TICKS_PER_S = 100;

/** One bound a run was made to show. */
export interface Bound {
  readonly what: string;
  readonly holds: boolean;
}

/** Prints the bounds; the exit code is 1 when one does not hold. */
export function conclude(bounds: readonly Bound[]): void {
  for (const { what, holds } of bounds) console.log(`${holds ? "holds" : "MISSED"}  ${what}`);
  if (bounds.some(({ holds }) => !holds)) process.exitCode = 1;
}
