import { readFileSync } from "node:fs";

export type Json = null | boolean | number | string | readonly Json[] | { readonly [field: string]: Json };
export type Fields = { readonly [field: string]: Json };

interface Vector extends Fields {
  readonly name: string;
}

/** The golden vectors of one file. */
export function vectors(file: string): readonly Vector[] {
  return (JSON.parse(readFileSync(`proto/vectors/${file}.json`, "utf8")) as { readonly vectors: readonly Vector[] }).vectors;
}

/** What is shown as an example: the good vectors of a file that fit, the first one in front. Without one the papers cannot be written. */
export function examples(file: string, good: string, fits: (vector: Vector) => boolean, what: string): readonly Vector[] {
  const found = vectors(file).filter((vector) => (vector["verdict"] ?? good) === good && fits(vector));
  if (found.length === 0) throw new Error(`proto/vectors/${file}.json has no good vector of ${what}. Add one.`);
  return found;
}

export function commandExamples(op: string): readonly Vector[] {
  return examples("commands", "command", ({ frame }) => (frame as Fields | undefined)?.["op"] === op, `the command ${op}`);
}

export function replyExamples(op: string): readonly Vector[] {
  return examples("replies", "valid", (vector) => vector["op"] === op, `the reply to ${op}`);
}

export function eventExamples(ev: string): readonly Vector[] {
  return examples("events", "valid", ({ event }) => (event as Fields)["ev"] === ev, `the event ${ev}`);
}

/** JSON as people read it: what fits on a line stands on one. */
export function readable(value: Json, width = 150, indent = ""): string {
  const line = oneLine(value);
  if (indent.length + line.length <= width || typeof value !== "object" || value === null) return line;
  const inner = `${indent}  `;
  const parts = Array.isArray(value)
    ? value.map((item) => inner + readable(item as Json, width, inner))
    : Object.entries(value).map(([key, part]) => `${inner}${JSON.stringify(key)}: ${readable(part, width, inner)}`);
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  return `${open}\n${parts.join(",\n")}\n${indent}${close}`;
}

function oneLine(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(oneLine).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([key, part]) => `${JSON.stringify(key)}: ${oneLine(part)}`)
    .join(", ")}}`;
}
