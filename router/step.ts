import { absorb } from "./facts.js";
import { decide, due, next } from "./policy.js";
import type { Desk, DeskEvent, Verdict } from "./state.js";
import { apply } from "./transition.js";

/**
 * One event at a desk and everything that follows from it; `each` sees every verdict when the desk is as it says. Nothing but the desk
 * is touched: same desk, event and time, same verdicts. Answers how many of them were ruled on the event itself.
 */
export function step(desk: Desk, event: DeskEvent, now: number, each: (verdict: Verdict) => void): number {
  const carryOut = (verdict: Verdict): void => {
    apply(desk, verdict, event, now);
    each(verdict);
  };
  desk.seq += 1;
  absorb(desk, event, now);
  const own = decide(desk, event, now);
  own.forEach(carryOut);
  if (event.type === "tick") exhaust(() => due(desk, now), carryOut);
  exhaust(() => next(desk, now), carryOut);
  desk.suspects.clear();
  return own.length;
}

function exhaust(ask: () => Verdict | undefined, carryOut: (verdict: Verdict) => void): void {
  for (let verdict = ask(); verdict; verdict = ask()) carryOut(verdict);
}
