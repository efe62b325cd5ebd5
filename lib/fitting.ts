/** How many of the first items are within `bytes_max` together. One at least, so that a page always goes on. */
export function fittingCount<T>(items: readonly T[], bytesOf: (item: T) => number, bytes_max: number): number {
  let bytes = 0;
  for (const [index, item] of items.entries()) {
    bytes += bytesOf(item);
    if (bytes > bytes_max && index > 0) return index;
  }
  return items.length;
}
