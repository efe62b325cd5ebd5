import { setPriority } from "node:os";
import type { Ground } from "./attack.js";
import { type Doing, Lanes } from "./attack-lanes.js";

export type Order = { readonly t: "fight"; readonly ground: Ground; readonly ms: number };

export type Account = {
  readonly t: "over" | "going";
  readonly counts: Readonly<Record<string, number>>;
  readonly latest: readonly Doing[];
};

const TELL_MS = 250;
/** The attackers' own work must not take the processor from those who are measured. */
const NICE = 19;

setPriority(NICE);
const [, , seed, ...names] = process.argv;
const lanes = new Lanes(Number(seed), names);
const tell = (t: Account["t"]): void => {
  if (process.connected) process.send?.({ t, counts: Object.fromEntries(lanes.counts), latest: lanes.latest } satisfies Account);
};
const timer = setInterval(() => tell("going"), TELL_MS);
process.on("message", ({ ground, ms }: Order) => {
  void lanes.fight(ground, ms).then(() => tell("over"));
});
process.on("disconnect", () => {
  clearInterval(timer);
  process.exit();
});
