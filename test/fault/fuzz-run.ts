import { check } from "../checker/check.js";
import type { Finding } from "../checker/finding.js";
import type { History } from "../checker/history.js";
import { Recorder } from "../checker/recorder.js";
import type { Ground } from "./attack.js";
import type { Doing } from "./attack-lanes.js";
import { Crowd, type Pair } from "./crowd.js";
import { caughtUp, readAll } from "./end-of-run.js";
import { quantile } from "./figures.js";
import { Attackers, groundAt } from "./fuzz-attackers.js";
import type { FuzzPlan } from "./fuzz-plan.js";
import { Stalls } from "./fuzz-stalls.js";
import type { Target } from "./fuzz-target.js";
import type { Vitals } from "./fuzz-vitals.js";
import { type Said, SteadyTalker } from "./steady-talker.js";

export interface FuzzOptions extends FuzzPlan {
  readonly seed: number;
  /** Only these attacks; all when it is empty. */
  readonly attacks: readonly string[];
  readonly say: (line: string) => void;
}

/** A calm phase and the attack after it, by the answers that honest clients got. */
export interface Cycle {
  readonly calm: readonly number[];
  readonly attacked: readonly number[];
  /** The attackers came from an address that limits count. */
  readonly limited: boolean;
  /** After the attackers had left. */
  readonly vitals: Vitals;
}

export interface FuzzReport {
  readonly cycles: readonly Cycle[];
  /** Before the first attack. */
  readonly before: Vitals;
  readonly cases: Readonly<Record<string, number>>;
  readonly latest: readonly Doing[];
  readonly alarms: readonly string[];
  readonly refused: readonly string[];
  readonly history: History;
  readonly findings: readonly Finding[];
}

export const PAIRS = 8;
const PERIOD_MS = 250;
const WARM_UP_MS = 3_000;
const TELL_MS = 5_000;
/** A phase with all that belongs to it may take so much longer than planned. */
const LATE_MS_MAX = 60_000;
/** Of so many cycles one is without limits: what they keep away has to be withstood, too. */
const EXEMPT_EACH = 4;
/** Limits per address are in force for it. */
const LIMITED_ADDRESS = "127.0.0.2";

/** What broke, with what was being done to the server. */
export class Broken extends Error {
  readonly latest: readonly Doing[];

  constructor(why: string, latest: readonly Doing[]) {
    super(why);
    this.latest = latest;
  }
}

/**
 * Honest people talk at even times in calm phases and under attack, by turns. Rejects with {@link Broken} when the server ends or does not
 * let go of what the attackers left.
 */
export async function fuzzRun(target: Target, options: FuzzOptions): Promise<FuzzReport> {
  const run = new FuzzRun(target, options);
  try {
    return await run.report();
  } finally {
    await run.stop();
  }
}

class FuzzRun {
  readonly #options: FuzzOptions;
  readonly #target: Target;
  readonly #recorder = new Recorder();
  readonly #crowd: Crowd;
  readonly #attackers: Attackers;
  readonly #timer: NodeJS.Timeout;
  readonly #stalls = new Stalls();
  #talkers: readonly SteadyTalker[] = [];
  #doing = "starting";
  #watch: NodeJS.Timeout | undefined;

  constructor(target: Target, options: FuzzOptions) {
    this.#options = options;
    this.#target = target;
    this.#crowd = new Crowd(() => target.url, this.#recorder);
    this.#attackers = new Attackers(options.seed, options.attacks);
    this.#timer = setInterval(() => options.say(`${this.#doing}; ${this.#attackers.cases} cases so far`), TELL_MS);
  }

  async report(): Promise<FuzzReport> {
    try {
      return await Promise.race([this.#fuzz(), this.#target.ended, this.#hangs()]);
    } catch (error) {
      throw new Broken(error instanceof Error ? error.message : String(error), this.#attackers.latest);
    }
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    clearInterval(this.#watch);
    this.#stalls.stop();
    this.#attackers.stop();
    for (const talker of this.#talkers) talker.silence();
    this.#crowd.stop();
  }

  /** Rejects when one thing is being done for too long. */
  #hangs(): Promise<never> {
    const { calm_ms, attack_ms } = this.#options;
    const most_ms = Math.max(calm_ms, attack_ms) + LATE_MS_MAX;
    let [doing, since_ms] = [this.#doing, performance.now()];
    return new Promise((_, reject) => {
      this.#watch = setInterval(() => {
        if (doing !== this.#doing) [doing, since_ms] = [this.#doing, performance.now()];
        else if (performance.now() - since_ms > most_ms) reject(new Error(`it does not get on: ${doing}`));
      }, TELL_MS);
    });
  }

  async #fuzz(): Promise<FuzzReport> {
    const pairs = await this.#crowd.meet(PAIRS);
    const ground = await groundAt(
      this.#target.url,
      pairs.map(({ c }) => c),
    );
    this.#talk(pairs);
    await passes(WARM_UP_MS);
    const before = await this.#target.vitals();
    const cycles: Cycle[] = [];
    for (let n = 0; n < this.#options.cycles; n++) cycles.push(await this.#cycle(n, ground, before));
    this.#doing = "reading what everybody saw";
    await Promise.all(this.#talkers.map((talker) => talker.finish()));
    await caughtUp(pairs);
    await readAll(this.#target.url, this.#crowd, pairs, this.#recorder);
    const { history } = this.#recorder;
    const { counts: cases, latest } = this.#attackers;
    const refused = this.#talkers.flatMap((talker) => talker.refused);
    return { cycles, before, cases, latest, alarms: this.#target.alarms(), refused, history, findings: check(history) };
  }

  #talk(pairs: readonly Pair[]): void {
    this.#talkers = pairs.flatMap(({ visitor, agent }) => [new SteadyTalker(visitor, "visitor"), new SteadyTalker(agent, "agent")]);
    for (const [index, talker] of this.#talkers.entries()) talker.start(PERIOD_MS, (index * PERIOD_MS) / this.#talkers.length);
  }

  async #cycle(n: number, ground: Ground, before: Vitals): Promise<Cycle> {
    const { calm_ms, attack_ms, cycles, say } = this.#options;
    const limited = n % EXEMPT_EACH !== EXEMPT_EACH - 1;
    this.#doing = `cycle ${n + 1} of ${cycles}: calm`;
    const calm = await this.#measured(() => passes(calm_ms));
    this.#doing = `cycle ${n + 1} of ${cycles}: attack${limited ? "" : " from an exempt address"}`;
    const attacked = await this.#measured(() => this.#attackers.fight({ ...ground, ...(limited && { from: LIMITED_ADDRESS }) }, attack_ms));
    await this.#target.settled(before);
    const cycle = { calm, attacked, limited, vitals: await this.#target.vitals() };
    say(`${this.#doing}: ${inWords(cycle)}`);
    return cycle;
  }

  /** The times of the answers to what was said in the meantime, but of those that this process slept through. */
  async #measured(meanwhile: () => Promise<void>): Promise<readonly number[]> {
    const from_ms = performance.now();
    await meanwhile();
    const to_ms = performance.now();
    const within = ({ at_ms }: Said): boolean => at_ms >= from_ms && at_ms < to_ms;
    const counts = (said: Said): boolean => within(said) && this.#stalls.spared(said);
    await Promise.all(this.#talkers.map((talker) => talker.confirmed(to_ms)));
    return this.#talkers.flatMap((talker) => talker.said.filter(counts)).map(({ took_ms }) => took_ms);
  }
}

function inWords({ calm, attacked, vitals: { heap_mib, anonymous_mib } }: Cycle): string {
  const at = (times: readonly number[]): string => `p50 ${quantile(times, 0.5).toFixed(1)} ms, p99 ${quantile(times, 0.99).toFixed(1)} ms`;
  return `calm ${at(calm)}; attacked ${at(attacked)}; heap ${heap_mib.toFixed(1)} MiB, anonymous ${anonymous_mib.toFixed(0)} MiB`;
}

const passes = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
