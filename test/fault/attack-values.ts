import { readFileSync } from "node:fs";
import fc from "fast-check";
import type { Numbers } from "./attack-numbers.js";

interface Vector {
  readonly frame?: Readonly<Record<string, unknown>>;
  readonly text?: string;
  readonly body?: unknown;
}

function vectors(file: string): readonly Vector[] {
  const path = new URL(`../../proto/vectors/${file}.json`, import.meta.url);
  return (JSON.parse(readFileSync(path, "utf8")) as { vectors: Vector[] }).vectors;
}

/** The protocol's own examples, good ones and bad ones, to start from. */
export const FRAMES = vectors("commands").filter((each) => each.frame || each.text);
export const BODIES = vectors("http-bodies").map(({ body }) => body);

const KEYS = ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "then", "toJSON", "length", "", "\u0000", "ev", "re"];
const TEXTS = [
  "\ud800",
  "\udfff\ud800",
  "a\u0000b",
  "\u202e\u2066evil",
  "💥".repeat(40),
  "x".repeat(65),
  "x".repeat(1_025),
  "../../etc",
  "%00",
  "' OR 1=1",
];
const NUMBERS = [-1, -0, 0.5, 1e21, 1e308, 2 ** 31, 2 ** 32, 2 ** 53, 2 ** 53 - 1, -(2 ** 53), 0xffff_ffff];

/** A value where another was expected. */
export const odd: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(...KEYS, ...TEXTS, ...NUMBERS, null, true, false, [], {}, [[]], [0, 0], [1, 2, 3]),
  fc.jsonValue({ maxDepth: 4 }),
  fc.string({ unit: "binary", maxLength: 80 }),
  fc.dictionary(fc.constantFrom(...KEYS), fc.jsonValue({ maxDepth: 1 }), { maxKeys: 4 }),
);

/** As an object, with some of its fields replaced, left out or joined by others. */
export function bent(numbers: Numbers, value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const copy = structuredClone(value) as Record<string, unknown>;
  for (let i = numbers.whole(0, 3); i > 0; i--) {
    const name = numbers.chance(0.2) ? numbers.pick(KEYS) : numbers.pick([...Object.keys(copy), "c"]);
    if (numbers.chance(0.2)) delete copy[name];
    else Object.defineProperty(copy, name, { value: numbers.draw(odd), enumerable: true, configurable: true, writable: true });
  }
  return copy;
}

const MANGLES: readonly ((numbers: Numbers, text: string) => string)[] = [
  (_, text) => text,
  (_, text) => text,
  (_, text) => text,
  (numbers, text) =>
    text.replace(
      "{",
      `{"${numbers.pick(["__proto__", "constructor", "op", "id", "c"])}":${numbers.pick(["{}", "null", "1e999", '"send"', '{"op":"close"}'])},`,
    ),
  (numbers, text) =>
    text.replace(
      /}$/,
      `,"op":"${numbers.pick(["open", "send", "hello", "zz"])}","id":${numbers.pick(["1", "1e0", "-1", "01", "4294967296"])}}`,
    ),
  (numbers, text) => text.slice(0, numbers.whole(0, text.length)),
  (numbers, text) => text + numbers.pick([" ", "x", "{}", "\u0000", text]),
  (numbers, text) => text.replace(/}$/, `,"deep":${"[".repeat(numbers.whole(1, 5_000))}`),
  (numbers, text) => {
    const depth = numbers.whole(1, 3_000);
    return text.replace(/}$/, `,"attributes":${'{"a":'.repeat(depth)}1${"}".repeat(depth)}}`);
  },
  (numbers, text) =>
    text.replace(/:(\d+)/, `:${numbers.pick(["1e400", "-0", "9".repeat(400), "0x1", "1.0000000000000000001", "\\u0031"])}`),
  (numbers, text) => text.replace(/}$/, `,"pad":"${"x".repeat(numbers.pick([1, 1_000, 16_000, 60_000]))}"}`),
];

/** JSON as others write it, or nearly. */
export function mangled(numbers: Numbers, text: string): string {
  return numbers.pick(MANGLES)(numbers, text);
}
