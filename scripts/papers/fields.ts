import * as shapes from "../../proto/shapes.js";
import * as shown from "../../proto/shown.js";

type Schema = Readonly<Record<string, unknown>>;

/** Shapes that people call by a word; those in front are explained where they stand. */
const SHAPES = {
  ...{ party: shown.Party, visitor: shown.Visitor, member: shown.Member, ask: shapes.Ask },
  ...{ role: shown.Role, state: shown.State, message: shown.Message, hidden: shown.Hidden, offer: shown.Offer, error: shown.WireError },
} as const;

const WORDS = new Map<string, string>(
  Object.entries({
    ...SHAPES,
    ...{ id: shapes.Id, position: shapes.Position, token: shapes.Token, object: shapes.Attributes },
    "one of the [codes](#9-errors)": shown.WireError.properties.code,
  }).map(([word, schema]) => [JSON.stringify(schema), word]),
);

/** A line for each shape that has a word of its own. */
export function shapeLines(): readonly string[] {
  return Object.entries(SHAPES).map(
    ([word, schema]) =>
      `- *${word}*: ${"properties" in schema ? `{${fieldsOf(schema)}}` : choice(schema.anyOf as unknown as readonly Schema[])}`,
  );
}

/** The fields of an object in one line, as in `c` id · `limit`? whole number from 1. */
export function fieldsOf(schema: object): string {
  const {
    properties = {},
    required = [],
    anyOf,
    additionalProperties,
  } = schema as {
    properties?: Readonly<Record<string, Schema>>;
    required?: readonly string[];
    anyOf?: readonly object[];
    additionalProperties?: unknown;
  };
  if (anyOf) return alternatives(anyOf as readonly Schema[]);
  if ("patternProperties" in schema) return "any";
  const fields = Object.entries(properties).filter(([name]) => name !== "ev");
  const words = fields.map(([name, type]) => `\`${name}\`${required.includes(name) ? "" : "?"} ${typeOf(type)}`);
  if (additionalProperties === true) words.push("and more");
  return words.length === 0 ? "none" : words.join(" · ");
}

/** Of several shapes with the same fields, one line: what differs depends on the kind. */
function alternatives(shapes: readonly Schema[]): string {
  const [first = {}] = shapes;
  const properties = shapes.map((shape) => (shape["properties"] ?? {}) as Readonly<Record<string, Schema>>);
  const names = new Set(properties.map((each) => Object.keys(each).join()));
  if (names.size > 1) return shapes.map(fieldsOf).join(", or ");
  const merged = Object.keys(properties[0] ?? {}).map((name) => [name, united(properties.map((each) => each[name] as Schema))]);
  return fieldsOf({ ...first, properties: Object.fromEntries(merged) });
}

function united(types: readonly Schema[]): Schema {
  if (new Set(types.map((type) => JSON.stringify(type))).size === 1) return types[0] as Schema;
  return types.every((type) => "const" in type) ? { anyOf: types } : { type: "object, [by `kind`](#12-kinds-of-messages)" };
}

function typeOf(schema: Schema): string {
  const word = WORDS.get(JSON.stringify(schema));
  if (word !== undefined) return word;
  if ("const" in schema) return `\`${JSON.stringify(schema["const"])}\``;
  if (Array.isArray(schema["anyOf"])) return choice(schema["anyOf"] as Schema[]);
  switch (schema["type"]) {
    case "string":
      return textType(schema);
    case "integer":
      return numberType(schema);
    case "array":
      return arrayType(schema);
    case "object":
      return objectType(schema);
    default:
      return String(schema["type"] ?? "any");
  }
}

function choice(parts: readonly Schema[]): string {
  return parts.map((part) => (typeof part["const"] === "string" ? part["const"] : typeOf(part))).join(" / ");
}

function textType({ minLength = 0, maxLength }: Schema): string {
  if (maxLength === undefined) return "text";
  return Number(minLength) > 0 ? `text of ${minLength}–${maxLength}` : `text ≤ ${maxLength}`;
}

function numberType({ minimum, maximum }: Schema): string {
  if (maximum !== undefined && maximum !== Number.MAX_SAFE_INTEGER) return `whole number ${minimum} to ${maximum}`;
  return Number(minimum) > 0 ? `whole number from ${minimum}` : "whole number";
}

function arrayType({ items, maxItems }: Schema): string {
  if (Array.isArray(items)) return `[${items.map((item) => typeOf(item as Schema)).join(", ")}]`;
  return `list of ${typeOf(items as Schema)}${maxItems === undefined ? "" : ` (≤ ${maxItems})`}`;
}

function objectType(schema: Schema): string {
  const [each] = Object.values((schema["patternProperties"] ?? {}) as Readonly<Record<string, Schema>>);
  if (each) return Object.keys(each).length === 0 ? "object" : `object of ${typeOf(each)} by conversation`;
  return `{${fieldsOf(schema)}}`;
}
