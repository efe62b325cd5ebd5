import type { Fetch, Transport } from "../../client/src/index.js";

export const DIRECTIONS = ["out", "in"] as const;
export type Direction = (typeof DIRECTIONS)[number];

/** Where a network breaks, once: at the n-th thing that goes this way, which still arrives or does not. */
export interface CutAt {
  readonly direction: Direction;
  readonly n: number;
  readonly arrives: boolean;
}

/** Counts what goes each way between client and desk, and breaks the network where it is told to. */
export class Cut {
  readonly passed = { out: 0, in: 0 };
  /** Breaks the network. */
  break: () => void = () => undefined;
  readonly #at: CutAt | undefined;

  constructor(at?: CutAt) {
    this.#at = at;
  }

  /** A frame at a time. */
  transport(real: Transport): Transport {
    return {
      open: (url, protocols, peer) => {
        const heard = (text: string): void => this.#pass("in", () => peer.message(text));
        const channel = real.open(url, protocols, {
          ...peer,
          opened: () => peer.opened(),
          message: heard,
          closed: (...why) => peer.closed(...why),
        });
        return { send: (text) => this.#pass("out", () => channel.send(text)), close: (code, reason) => channel.close(code, reason) };
      },
    };
  }

  /** A request and its answer at a time. */
  fetch(real: Fetch): Fetch {
    return async (url, init) => {
      let answer: ReturnType<Fetch> | undefined;
      this.#pass("out", () => {
        answer = real(url, init);
        answer.catch(() => undefined);
      });
      if (!answer) throw new Error("the network broke");
      const there = await answer;
      let arrived = false;
      this.#pass("in", () => {
        arrived = true;
      });
      if (!arrived) throw new Error("the network broke");
      return there;
    };
  }

  #pass(direction: Direction, arrive: () => void): void {
    this.passed[direction]++;
    const here = this.#at?.direction === direction && this.#at.n === this.passed[direction];
    if (!here || this.#at?.arrives) arrive();
    if (here) this.break();
  }
}
