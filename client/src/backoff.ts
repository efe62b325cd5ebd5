const FIRST_MS = 500;
const MOST_MS = 30_000;

/** The wait before the n-th retry, n from 0: anything between 0 and min(30 s, 0.5 s · 2^n), so that a crowd spreads out. */
export function backoff(n: number, random: () => number): number {
  return random() * Math.min(MOST_MS, FIRST_MS * 2 ** n);
}
