import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { call, visitorToken } from "../support/peer.js";
import type { Ground } from "./attack.js";
import type { Doing } from "./attack-lanes.js";
import type { Account, Order } from "./attack-process.js";

const PROCESS = fileURLToPath(new URL("./attack-process.ts", import.meta.url));
const VISITORS = 6;

/** The attackers, in a process of their own: what they do must not slow the clock of those who are measured. */
export class Attackers {
  readonly #child: ChildProcess;
  #latest: Account = { t: "over", counts: {}, latest: [] };

  /** Of these attacks; all of them when none is named. */
  constructor(seed: number, names: readonly string[]) {
    this.#child = fork(PROCESS, [String(seed), ...names], { execArgv: ["--import", "tsx"] });
    this.#child.on("message", (account: Account) => {
      this.#latest = account;
    });
  }

  get cases(): number {
    return Object.values(this.#latest.counts).reduce((sum, count) => sum + count, 0);
  }

  get counts(): Account["counts"] {
    return this.#latest.counts;
  }

  /** What they did last, to be replayed. */
  get latest(): readonly Doing[] {
    return this.#latest.latest;
  }

  /** Resolves when all of them have let go; rejects when one hangs. */
  fight(ground: Ground, ms: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const ended = (code: number | null): void => reject(new Error(`the attackers ended with ${code}`));
      const told = ({ t }: Account): void => {
        if (t !== "over") return;
        this.#child.off("message", told).off("exit", ended);
        resolve();
      };
      this.#child.on("message", told).once("exit", ended);
      this.#child.send({ t: "fight", ground, ms } satisfies Order);
    });
  }

  stop(): void {
    if (this.#child.connected) this.#child.disconnect();
  }
}

/** Visitors for the attackers, and what there is to attack. */
export async function groundAt(url: string, foreign: readonly string[]): Promise<Ground> {
  const visitors = [];
  for (let i = 0; i < VISITORS; i++) {
    const { token } = await visitorToken(url, `attacker ${i}`);
    const { body } = await call<{ c: string }>(url, "POST", "/v1/conversations", { token, body: { ask: { topic: "support" } } });
    visitors.push({ token, c: body.c });
  }
  const { hostname, port } = new URL(url);
  return { host: hostname, port: Number(port), visitors, foreign };
}
