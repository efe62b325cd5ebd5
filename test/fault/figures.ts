/** The smallest value that so large a part of them does not exceed; 0 for none. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? 0;
}

/** Of an even number of values the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const [low, high] = [Math.ceil(sorted.length / 2) - 1, Math.floor(sorted.length / 2)];
  return ((sorted[low] ?? 0) + (sorted[high] ?? 0)) / 2;
}

/** Most of these moments within any span of time. */
export function densest(moments_ms: readonly number[], span_ms: number): number {
  const sorted = [...moments_ms].sort((a, b) => a - b);
  let first = 0;
  let most = 0;
  for (const [last, moment_ms] of sorted.entries()) {
    while (moment_ms - (sorted[first] as number) >= span_ms) first++;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

/** One bar per span of time, from the first moment on. */
export function histogram(moments_ms: readonly number[], span_ms: number): string {
  if (moments_ms.length === 0) return "  none";
  const from_ms = Math.min(...moments_ms);
  const counts: number[] = [];
  for (const moment_ms of moments_ms) {
    const bar = Math.floor((moment_ms - from_ms) / span_ms);
    counts[bar] = (counts[bar] ?? 0) + 1;
  }
  const widest = Math.max(...counts.filter((count) => count !== undefined));
  const rows = Array.from(counts, (count = 0, bar) => {
    const at = String(Math.round(from_ms + bar * span_ms)).padStart(7);
    return `${at} ms ${String(count).padStart(5)} ${"█".repeat(Math.round((count / widest) * 40))}`;
  });
  return rows.join("\n");
}
