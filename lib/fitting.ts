import { refuse } from "./errors.js";

/** How many of the first items are within `bytes_max` together. One at least, so that a page always goes on. */
export function fittingCount<T>(items: readonly T[], bytesOf: (item: T) => number, bytes_max: number): number {
  let bytes = 0;
  for (const [index, item] of items.entries()) {
    bytes += bytesOf(item);
    if (bytes > bytes_max && index > 0) return index;
  }
  return items.length;
}

/** Refuses as `too_large` what is over `bytes_max` as JSON in UTF-8; `what` names it for people. */
export function withinBytes(what: string, value: object, bytes_max: number): void {
  if (Buffer.byteLength(JSON.stringify(value)) > bytes_max) refuse("too_large", `The ${what} may have ${bytes_max} bytes as JSON at most.`);
}
