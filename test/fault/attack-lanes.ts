import { setMaxListeners } from "node:events";
import { type Attack, type Ground, passes } from "./attack.js";
import { frames, timing } from "./attack-frames.js";
import { http } from "./attack-http.js";
import { Numbers } from "./attack-numbers.js";
import { deaf, deafHttp, idle, loris } from "./attack-slow.js";
import { handshake, wire } from "./attack-wire.js";

export const ATTACKS: readonly Attack[] = [frames, timing, wire, handshake, http, idle, loris, deaf, deafHttp];

/** Cases that a lane remembers: what breaks a server may take a moment to show. */
const KEPT = 3;
const CHARS_KEPT = 300;
/** A case that takes longer hangs. */
const CASE_MS_MAX = 15_000;

/** A case by its name: with the run's seed it is made of the same numbers again. */
export interface CaseName {
  readonly attack: string;
  readonly count: number;
}

export interface Doing extends CaseName {
  readonly what: string;
}

/** Attacks in several lanes at once, phase after phase; no case comes twice. */
export class Lanes {
  readonly #seed: number;
  readonly #attacks: readonly Attack[];
  readonly #counts = new Map<string, number>();
  readonly #latest = new Map<string, Doing[]>();

  /** Of these attacks; all of them when none is named. */
  constructor(seed: number, names: readonly string[] = []) {
    this.#seed = seed;
    this.#attacks = names.length === 0 ? ATTACKS : names.map(attackOf);
  }

  /** Cases so far, by attack. */
  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }

  /** What each lane did last, the latest last. */
  get latest(): readonly Doing[] {
    return [...this.#latest.values()].flat();
  }

  /** Resolves when the phase is over and every lane has let go. */
  async fight(ground: Ground, ms: number): Promise<void> {
    const over = new AbortController();
    setMaxListeners(0, over.signal);
    const timer = setTimeout(() => over.abort(), ms);
    const lanes = this.#attacks.flatMap((attack) =>
      Array.from({ length: attack.lanes }, (_, lane) => this.#lane(attack, lane, ground, over.signal)),
    );
    await Promise.all(lanes);
    clearTimeout(timer);
  }

  /** One case alone. */
  async replay({ attack, count }: CaseName, ground: Ground): Promise<string> {
    const said: string[] = [];
    const note = (what: string): void => void said.push(what);
    await attackOf(attack).run({ ground, numbers: new Numbers(this.#seed, attack, count), over: AbortSignal.timeout(CASE_MS_MAX), note });
    return said.join("\n");
  }

  async #lane(attack: Attack, lane: number, ground: Ground, over: AbortSignal): Promise<void> {
    const key = `${attack.name} ${lane}`;
    while (!over.aborted) {
      const count = (this.#counts.get(attack.name) ?? 0) + 1;
      this.#counts.set(attack.name, count);
      const numbers = new Numbers(this.#seed, attack.name, count);
      const note = (what: string): void => this.#note(key, { attack: attack.name, count, what: what.slice(0, CHARS_KEPT) });
      note("begins");
      await Promise.race([attack.run({ ground, numbers, over, note }), hangs(attack, count)]);
      await passes(numbers.whole(0, attack.rest_ms), over);
    }
  }

  #note(key: string, doing: Doing): void {
    const before = this.#latest.get(key) ?? [];
    this.#latest.set(key, [...before.filter(({ count }) => count !== doing.count), doing].slice(-KEPT));
  }
}

function attackOf(name: string): Attack {
  const found = ATTACKS.find((each) => each.name === name);
  if (!found) throw new Error(`there is no attack ${name}; there are ${ATTACKS.map((each) => each.name).join(", ")}`);
  return found;
}

async function hangs({ name }: Attack, count: number): Promise<void> {
  await new Promise<void>((_, reject) => setTimeout(() => reject(new Error(`case ${name}:${count} hangs`)), CASE_MS_MAX).unref());
}
