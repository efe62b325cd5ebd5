import { refuse } from "../../lib/errors.js";
import { type Position, parsePosition } from "../../proto/position.js";
import { ID_CHARS_MAX } from "../../proto/shapes.js";

/** Parameters of a call's query, each undefined when it is not given. What it may not be is refused as `bad_request`, by its name. */

export function textOf(query: URLSearchParams, name: string, chars_max = ID_CHARS_MAX): string | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  return text.length > 0 && text.length <= chars_max ? text : refuse("bad_request", `${name} must have 1 to ${chars_max} characters.`);
}

export function wordOf<Word extends string>(query: URLSearchParams, name: string, words: readonly Word[]): Word | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  return words.find((word) => word === text) ?? refuse("bad_request", `${name} must be one of ${words.join(", ")}.`);
}

export function timeOf(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  return /^\d{1,15}$/.test(text) ? Number(text) : refuse("bad_request", `${name} must be a time in ms.`);
}

export function limitOf(query: URLSearchParams): number | undefined {
  const text = query.get("limit");
  if (text === null) return undefined;
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : refuse("bad_request", "limit must be a whole number from 1.");
}

export function positionOf(query: URLSearchParams, name: string): Position | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  return parsePosition(text) ?? refuse("bad_request", `${name} must be a position as in 12-3.`);
}
