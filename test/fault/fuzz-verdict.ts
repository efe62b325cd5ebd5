import { describe } from "../checker/finding.js";
import { median, quantile } from "./figures.js";
import type { Cycle, FuzzReport } from "./fuzz-run.js";

/** Honest answers may take so many times as long under attack. */
const SLOWER_MOST = 2;
/** Times below this are the scheduler's and the disk's of a busy machine, not the server's. */
const FLOOR_MS = 20;
/** A calm phase whose own p99 is above this was none: the machine was too busy to judge the slowest hundredth. */
const CALM_P99_MS_MOST = 25;
/** So many cycles with a calm phase have something to say of p99; with fewer of them p50 is judged. */
const CALM_CYCLES_LEAST = 3;
/** The first attacks fill what is filled once: caches, compiled code, windows of conversations. */
const FIRST_CYCLES = 2;
const HEAP_MORE_MIB = 6;
const HEAP_MIB_PER_MIN = 1.5;
/** A slope over less time says more of the moment than of the memory. */
const SLOPE_MINUTES_LEAST = 3;

/**
 * How much slower: the median of what each cycle says. A cycle holds its attack against the calm right before it, so a neighbour who takes the
 * processor for a while weighs on both, or spoils one cycle of several.
 */
export function slowdown(cycles: readonly Cycle[], part: number, floor_ms = FLOOR_MS): number {
  const of = (times: readonly number[]): number => Math.max(floor_ms, quantile(times, part));
  return median(cycles.map(({ calm, attacked }) => of(attacked) / of(calm)));
}

/**
 * The part of the answers that can be judged on this machine, and the cycles that can. Attackers whom an operator exempted from all limits may slow
 * others down; they bring nobody out, and nothing down.
 */
export function judged(all: readonly Cycle[]): { readonly part: number; readonly cycles: readonly Cycle[] } {
  const cycles = all.filter(({ limited }) => limited);
  const calm = cycles.filter((cycle) => quantile(cycle.calm, 0.99) <= CALM_P99_MS_MOST);
  return calm.length >= CALM_CYCLES_LEAST ? { part: 0.99, cycles: calm } : { part: 0.5, cycles };
}

/** What of the promises did not hold; empty when all did. */
export function faultsOf({ cycles, before, cases, alarms, refused, findings }: FuzzReport): string[] {
  const verdict = judged(cycles);
  const slower = slowdown(verdict.cycles, verdict.part);
  const first = cycles[Math.min(FIRST_CYCLES, cycles.length) - 1]?.vitals ?? before;
  const last = cycles.at(-1)?.vitals ?? before;
  const grown_mib = last.heap_mib - first.heap_mib;
  const slope = slopeOf(cycles);
  const faults: (string | false)[] = [
    slower > SLOWER_MOST && `honest p${verdict.part * 100} was ${slower.toFixed(2)} times as long under attack`,
    cycles.some(({ calm, attacked }) => calm.length === 0 || attacked.length === 0) && "nobody talked in a phase",
    grown_mib > HEAP_MORE_MIB && `the heap grew by ${grown_mib.toFixed(1)} MiB since cycle ${FIRST_CYCLES}`,
    slope > HEAP_MIB_PER_MIN && `the heap grows by ${slope.toFixed(2)} MiB a minute`,
    Object.values(cases).some((count) => count === 0) && `an attack did nothing: ${JSON.stringify(cases)}`,
    ...alarms.map((line) => `alarm: ${line.slice(0, 2_000)}`),
    ...refused.map((each) => `refused: ${each}`),
    findings.length > 0 && describe(findings),
  ];
  return faults.filter((fault) => fault !== false);
}

export function figuresOf(report: FuzzReport): string {
  const { cycles, cases, before } = report;
  const all = (pick: (cycle: Cycle) => readonly number[]): string => {
    const times = cycles.flatMap(pick);
    return `${times.length} answers, p50 ${quantile(times, 0.5).toFixed(1)} ms, p99 ${quantile(times, 0.99).toFixed(1)} ms`;
  };
  const heaps = [before, ...cycles.map(({ vitals }) => vitals)].map(({ heap_mib }) => heap_mib.toFixed(1));
  const verdict = judged(cycles);
  return [
    `judged: p${verdict.part * 100}, by ${verdict.cycles.length} of ${cycles.length} cycles: ${slowdown(verdict.cycles, verdict.part).toFixed(2)} times as long`,
    `calm: ${all(({ calm }) => calm)}`,
    `attacked: ${all(({ attacked }) => attacked)}`,
    slowerIn(
      "limits in force",
      cycles.filter(({ limited }) => limited),
    ),
    slowerIn(
      "attackers exempt from them",
      cycles.filter(({ limited }) => !limited),
    ),
    `heap after collections, MiB: ${heaps.join(" ")}`,
    `cases: ${Object.entries(cases)
      .map(([name, count]) => `${name} ${count}`)
      .join(", ")}`,
  ].join("\n");
}

function slowerIn(what: string, cycles: readonly Cycle[]): string {
  if (cycles.length === 0) return `${what}: no cycle`;
  const times = (part: number, floor_ms?: number): string => slowdown(cycles, part, floor_ms).toFixed(2);
  const bare = `without a floor of ${FLOOR_MS} ms p50 ${times(0.5, 0)}, p99 ${times(0.99, 0)}`;
  return `${what}, times as long, median of ${cycles.length} cycles: p50 ${times(0.5)}, p99 ${times(0.99)}; ${bare}`;
}

/** MiB a minute by least squares over the second half; 0 when that is too short to say. */
function slopeOf(cycles: readonly Cycle[]): number {
  const half = cycles.slice(Math.floor(cycles.length / 2)).map(({ vitals }) => vitals);
  const minutes = half.map(({ at_ms }) => at_ms / 60_000);
  if ((minutes.at(-1) ?? 0) - (minutes[0] ?? 0) < SLOPE_MINUTES_LEAST) return 0;
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [x, y] = [mean(minutes), mean(half.map(({ heap_mib }) => heap_mib))];
  const over = half.map(({ heap_mib }, i) => ((minutes[i] as number) - x) * (heap_mib - y));
  const under = minutes.map((minute) => (minute - x) ** 2);
  return mean(over) / mean(under);
}
