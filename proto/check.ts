import type { TSchema } from "typebox";
import { Compile, type Validator } from "typebox/compile";
import { type Fields, OPS, type OpName } from "./commands.js";
import { SENDS } from "./shapes.js";

/** A command that is what the protocol says it should be. */
export type Command = { [Name in OpName]: { readonly op: Name; readonly fields: Fields<Name> } }[OpName];

export type Checked =
  /** `id` is absent on commands that want no answer. */
  | { readonly at: "command"; readonly id: number | undefined; readonly command: Command }
  | { readonly at: "refused"; readonly id: number | undefined; readonly code: "bad_request" | "unsupported"; readonly message: string }
  /** Not a frame of this protocol: the socket is closed. */
  | { readonly at: "bad_frame"; readonly why: string };

const ID_MAX = 2 ** 32 - 1;
/** Objects and arrays inside each other, also where any field may stand. */
const DEPTH_MAX = 32;

/** A compiled schema: `fault` says what is wrong in one sentence that names the field, or undefined. Nothing it lets through is nested too deep to be stored. */
export interface Check {
  fault(value: unknown): string | undefined;
}

export function compiled(schema: TSchema): Check {
  const validator = Compile(schema);
  return { fault: (value) => (validator.Check(value) ? tooDeep(value) : firstFault(validator, value)) };
}

const CHECKS = new Map<string, Check>(Object.entries(OPS).map(([op, { fields }]) => [op, compiled(fields)]));
const SEND_CHECKS = new Map<string, Check>(Object.entries(SENDS).map(([kind, schema]) => [kind, compiled(schema)]));

/** Reads one text frame of a client. Never throws. */
export function checkFrame(text: string): Checked {
  const frame = parseObject(text);
  if (frame === undefined) return { at: "bad_frame", why: "not one JSON object" };
  const { id } = frame;
  if (id !== undefined && !isId(id)) return { at: "bad_frame", why: "id is not a uint32" };
  return checkCommand(frame, id);
}

/** {@link checkFrame}, of what is an object already. */
export function checkCommand(frame: Readonly<Record<string, unknown>>, id: number | undefined): Checked {
  const { op } = frame;
  if (typeof op !== "string") return refused(id, "bad_request", "op must be a string");
  const check = CHECKS.get(op);
  if (!check) return refused(id, "unsupported", `There is no op ${JSON.stringify(op.slice(0, 40))}.`);
  if (id === undefined && !isQuiet(op as OpName)) return { at: "bad_frame", why: `${op} without an id` };
  const fault = op === "send" ? faultOfSend(frame) : (check.fault(frame) ?? contradiction(op, frame));
  return fault === undefined
    ? { at: "command", id, command: { op, fields: frame } as unknown as Command }
    : refused(id, "bad_request", fault);
}

/** What is wrong with the fields of a `send`; its kind says which body it must have. */
export function faultOfSend(fields: Readonly<Record<string, unknown>>): string | undefined {
  const check = typeof fields["kind"] === "string" ? SEND_CHECKS.get(fields["kind"]) : undefined;
  return check ? check.fault(fields) : `kind must be one of ${[...SEND_CHECKS.keys()].join(", ")}`;
}

function refused(id: number | undefined, code: "bad_request" | "unsupported", message: string): Checked {
  return { at: "refused", id, code, message };
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function isId(id: unknown): id is number {
  return Number.isInteger(id) && (id as number) >= 0 && (id as number) <= ID_MAX;
}

function isQuiet(op: OpName): boolean {
  return "quiet" in OPS[op];
}

/** What no single field shows. */
function contradiction(op: string, frame: Readonly<Record<string, unknown>>): string | undefined {
  switch (op) {
    case "open":
      return (frame["c"] === undefined) === (frame["ask"] === undefined) ? "give either c or ask" : undefined;
    case "history":
      return frame["before"] !== undefined && frame["after"] !== undefined ? "give before or after, not both" : undefined;
    case "mark":
      return frame["got"] === undefined && frame["read"] === undefined ? "give got, read or both" : undefined;
    case "transfer":
      return targets(frame["to"] as object) ? undefined : "to must name an agent or a topic";
    default:
      return undefined;
  }
}

function targets(to: { agent?: unknown; topic?: unknown; skills?: unknown }): boolean {
  if (to.agent !== undefined) return to.topic === undefined && to.skills === undefined;
  return to.topic !== undefined || to.skills !== undefined;
}

/** Whoever writes a value recursively (JSON.stringify, a store's encoding) runs out of stack on one that is nested without end. */
function tooDeep(value: unknown): string | undefined {
  return isDeeper(value, DEPTH_MAX) ? `frame must not be nested deeper than ${DEPTH_MAX} levels` : undefined;
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((part) => isDeeper(part, levels - 1));
}

function firstFault(validator: Validator, value: unknown): string {
  const [first] = validator.Errors(value);
  if (!first) return "malformed";
  const params = first.params as { requiredProperties?: readonly string[] };
  if (first.keyword === "required") return `${[...path(first.instancePath), params.requiredProperties?.[0]].join(".")} is missing`;
  return `${path(first.instancePath).join(".") || "frame"} ${first.message}`;
}

function path(instancePath: string): string[] {
  return instancePath.split("/").filter((part) => part !== "");
}

/** The bytes of a text in UTF-8, as limits count them. Half a surrogate pair counts as the replacement character an encoder writes. */
export function utf8Bytes(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    bytes += unit < 0x800 ? 1 : 2;
    // A whole pair is four bytes for its two units.
    if (unit >= 0xd800 && unit < 0xdc00 && isLow(text.charCodeAt(i + 1))) i++;
  }
  return bytes;
}

function isLow(unit: number): boolean {
  return unit >= 0xdc00 && unit < 0xe000;
}
