import type { TSchema } from "typebox";
import { Problem, Session } from "../../proto/answers.js";
import * as shapes from "../../proto/shapes.js";
import * as shown from "../../proto/shown.js";

type Schema = Readonly<Record<string, unknown>>;

/** Schemas that have a name of their own in the papers. The same shape elsewhere is a reference to it. */
const NAMED: Readonly<Record<string, TSchema>> = {
  ...{ Id: shapes.Id, Token: shapes.Token, Position: shapes.Position, Ask: shapes.Ask, Attributes: shapes.Attributes },
  ...{ Role: shown.Role, State: shown.State, Status: shapes.Status, Party: shown.Party, Visitor: shown.Visitor, Member: shown.Member },
  ...{ QueuePlace: shown.QueuePlace, Error: shown.WireError, Message: shown.Message, Hidden: shown.Hidden },
  ...{ Offer: shown.Offer, Held: shown.Held, Decision: shown.Decision, Limits: shown.Limits, Waiting: shown.Waiting },
  ...{ Conversation: shown.Row, Problem, Session },
  ...Object.fromEntries(Object.entries(shown.BODIES_SHOWN).map(([kind, schema]) => [bodyName(kind), schema])),
  RecalledBody: shown.Recalled,
};

const NAMES = new Map(
  Object.entries(NAMED)
    .reverse()
    .map(([name, schema]) => [JSON.stringify(schema), name]),
);

const BODY_NAMES = [...new Set([...Object.keys(shown.BODIES_SHOWN).map((kind) => NAMES.get(JSON.stringify(NAMED[bodyName(kind)])))])];

/** AsyncAPI reads schemas as draft-07, OpenAPI 3.1 as 2020-12. */
export type Dialect = "draft-07" | "2020-12";

/** The schemas of one paper: what is referred to by name is collected. */
export class Schemas {
  readonly #dialect: Dialect;
  readonly #used = new Map<string, Schema>();

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
  }

  /** The schemas that were referred to, by name. */
  get named(): Readonly<Record<string, Schema>> {
    return Object.fromEntries([...this.#used].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  of(schema: object): Schema {
    const name = NAMES.get(JSON.stringify(schema));
    return name === undefined ? this.#plain(schema as Schema) : this.#refer(name);
  }

  #refer(name: string): Schema {
    if (!this.#used.has(name)) {
      // Taken first, so that a schema that contains itself ends.
      this.#used.set(name, {});
      this.#used.set(name, name === "Message" ? this.#message() : this.#plain(NAMED[name] as unknown as Schema));
    }
    return { $ref: `#/components/schemas/${name}` };
  }

  /** A message's body depends on its kind, and clients tolerate kinds they do not know. */
  #message(): Schema {
    const { properties, ...rest } = this.#plain(shown.Message as unknown as Schema) as { properties: Schema };
    const bodies = [...BODY_NAMES, "RecalledBody"].map((name) => this.#refer(String(name)));
    const body = { description: "By `kind`; a kind may come that is not known yet.", anyOf: [...bodies, { type: "object" }] };
    return { ...rest, properties: { ...properties, body } };
  }

  #plain(schema: Schema): Schema {
    const entries = Object.entries(schema).flatMap(([key, value]) => this.#keyword(key, value, schema));
    return Object.fromEntries(entries);
  }

  #keyword(key: string, value: unknown, schema: Schema): [string, unknown][] {
    switch (key) {
      case "properties":
        return [[key, mapped(value as Schema, (part) => this.of(part as Schema))]];
      case "patternProperties":
        return this.#patterns(value as Schema);
      case "items":
        return Array.isArray(value) ? this.#tuple(value) : [[key, this.of(value as Schema)]];
      case "additionalItems":
        return [];
      case "anyOf":
        return choice(value as readonly Schema[]) ?? [[key, (value as Schema[]).map((part) => this.of(part))]];
      case "type":
        return "const" in schema ? [] : [[key, value]];
      default:
        return [[key, value]];
    }
  }

  #tuple(items: readonly Schema[]): [string, unknown][] {
    const each = items.map((item) => this.of(item));
    const ends: [string, unknown][] = [["maxItems", items.length]];
    if (this.#dialect === "draft-07") return [["items", each], ...ends];
    return [["prefixItems", each], ["items", false], ...ends];
  }

  #patterns(patterns: Schema): [string, unknown][] {
    const any = patterns["^.*$"];
    if (any) return [["additionalProperties", Object.keys(any).length === 0 ? true : this.of(any as Schema)]];
    return [["patternProperties", mapped(patterns, (part) => this.of(part as Schema))]];
  }
}

/** Words to choose from. */
function choice(parts: readonly Schema[]): [string, unknown][] | undefined {
  if (!parts.every((part) => typeof part["const"] === "string")) return undefined;
  return [
    ["type", "string"],
    ["enum", parts.map((part) => part["const"])],
  ];
}

function bodyName(kind: string): string {
  return `${kind.charAt(0).toUpperCase()}${kind.slice(1)}Body`;
}

export function mapped<T>(object: Readonly<Record<string, unknown>>, change: (value: unknown, key: string) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value, key)]));
}
