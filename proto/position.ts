/**
 * A place in one conversation: `[epoch, n]`, two non-negative safe integers, ordered lexicographically.
 *
 * Inside an epoch n runs 1, 2, 3 … with no hole; an epoch is one life of the conversation's timeline. `[0, 0]` stands
 * before everything.
 */
export type Position = readonly [epoch: number, n: number];

export const BEGINNING: Position = [0, 0];

/** Negative when a comes before b, positive when after, 0 when they are the same place. */
export function compare(a: Position, b: Position): number {
  return a[0] - b[0] || a[1] - b[1];
}

/** True when b is the very next entry after a: same epoch, n one higher. */
export function follows(a: Position, b: Position): boolean {
  return a[0] === b[0] && a[1] + 1 === b[1];
}

export function later(a: Position, b: Position): Position {
  return compare(a, b) >= 0 ? a : b;
}

/** `e-n`, the form positions have in URLs and in store keys. */
export function formatPosition(pos: Position): string {
  return `${pos[0]}-${pos[1]}`;
}

/** The reverse of {@link formatPosition}; undefined for anything that is not two safe integers. */
export function parsePosition(text: string): Position | undefined {
  const match = /^(\d{1,16})-(\d{1,16})$/.exec(text);
  if (!match) return undefined;
  const pos: Position = [Number(match[1]), Number(match[2])];
  return pos.every(Number.isSafeInteger) ? pos : undefined;
}

/** Lives per storage epoch: a conversation epoch is `E * LIVES_PER_EPOCH + g` (storage epoch E, life counter g of its bucket). */
export const LIVES_PER_EPOCH = 2 ** 24;

export function conversationEpoch(storageEpoch: number, life: number): number {
  return storageEpoch * LIVES_PER_EPOCH + life;
}

export function isPosition(value: unknown): value is Position {
  return Array.isArray(value) && value.length === 2 && value.every((part) => Number.isSafeInteger(part) && part >= 0);
}
