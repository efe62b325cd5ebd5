export interface FuzzPlan {
  readonly cycles: number;
  readonly calm_ms: number;
  readonly attack_ms: number;
}

const SHORT: Omit<FuzzPlan, "cycles"> = { calm_ms: 2_500, attack_ms: 3_000 };
const LONG: Omit<FuzzPlan, "cycles"> = { calm_ms: 8_000, attack_ms: 14_000 };
const CYCLES_LEAST = 3;
/** Coming, and reading what everybody saw. */
const AROUND_MS = 12_000;
/** After each attack, until what it left is gone. */
const SETTLE_MS = 1_000;

/** How a run of so many minutes is divided: several cycles, because one tells little on a machine that others use too. */
export function planOf(minutes: number): FuzzPlan {
  const phases = minutes <= 2 ? SHORT : LONG;
  const cycle_ms = phases.calm_ms + phases.attack_ms + SETTLE_MS;
  return { ...phases, cycles: Math.max(CYCLES_LEAST, Math.floor((minutes * 60_000 - AROUND_MS) / cycle_ms)) };
}
