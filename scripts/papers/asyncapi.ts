import { CLOSES, type CloseName, closeVerdict, ERRORS } from "../../proto/codes.js";
import { OPS, type OpName } from "../../proto/commands.js";
import { EVENTS, type EventName } from "../../proto/events.js";
import { REPLIES, Refused } from "../../proto/replies.js";
import { callersOf } from "./callers.js";
import { mapped, Schemas } from "./schema.js";
import { commandExamples, eventExamples, type Fields, replyExamples } from "./vectors.js";

const CHANNEL = "#/channels/socket";
const LICENSE = { name: "Apache-2.0", url: "https://www.apache.org/licenses/LICENSE-2.0" };

const ABOUT = `The WebSocket protocol of Deskwire, written from a client's side: it sends commands and receives replies and events.
docs/PROTOCOL.md explains it; proto/vectors has frames with their verdicts. Clients tolerate fields, events and kinds that they do not know.`;

type Part = Readonly<Record<string, unknown>>;

/** The socket as AsyncAPI 3.1: every command with its reply, and every event. */
export function asyncapi(version: string): object {
  const schemas = new Schemas("draft-07");
  const ops = Object.keys(OPS) as OpName[];
  const events = Object.keys(EVENTS) as EventName[];
  const messages = {
    ...Object.fromEntries(ops.map((op) => [op, commandMessage(schemas, op)])),
    ...Object.fromEntries(ops.map((op) => [`${op}Reply`, replyMessage(schemas, op)])),
    ...Object.fromEntries(events.map((ev) => [`${ev}Event`, eventMessage(schemas, ev)])),
  };
  return {
    asyncapi: "3.1.0",
    info: info(version),
    servers: servers(),
    defaultContentType: "application/json",
    channels: { socket: channel(messages) },
    operations: { ...Object.fromEntries(ops.map((op) => [op, sending(op)])), events: receiving(events) },
    components: { schemas: schemas.named, securitySchemes: SECURITY },
    "x-error-codes": ERRORS,
    "x-close-codes": closeCodes(),
  };
}

function info(version: string): object {
  return {
    title: "Deskwire",
    version,
    description: ABOUT,
    license: LICENSE,
    contact: { name: "Deskwire", url: "https://desk.example", email: "desk@desk.example" },
    tags: [{ name: "customer-service" }],
  };
}

const SECURITY = {
  token: {
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT",
    description: "The token is a field of `hello`, the first frame. It never travels in a URL, and no header is needed.",
  },
};

function servers(): object {
  const common = { protocolVersion: "13", security: [{ $ref: "#/components/securitySchemes/token" }], tags: [{ name: "websocket" }] };
  return {
    production: { host: "desk.example", protocol: "wss", description: "Wherever it is served.", ...common },
    local: { host: "127.0.0.1:8080", protocol: "ws", description: "`npm start`.", ...common },
  };
}

function channel(messages: object): object {
  const header = { "Sec-WebSocket-Protocol": { type: "string", const: "deskwire.v1" } };
  return {
    address: "/v1/ws",
    title: "One connection",
    description: "Text frames, one JSON object each. The subprotocol `deskwire.v1` is required.",
    servers: [{ $ref: "#/servers/production" }, { $ref: "#/servers/local" }],
    bindings: { ws: { method: "GET", headers: { type: "object", required: Object.keys(header), properties: header } } },
    messages,
  };
}

function commandMessage(schemas: Schemas, op: OpName): object {
  const quiet = "quiet" in OPS[op];
  return {
    name: op,
    title: op,
    summary: meaning(REPLIES[op]),
    description: `${callersOf(op)} may send it.${quiet ? " Without an `id` it is not answered." : ""}`,
    payload: withFields(schemas, OPS[op].fields, { op: { const: op }, id: ID }, quiet ? ["op"] : ["op", "id"]),
    examples: commandExamples(op).map(({ name, frame }) => ({ name, payload: frame })),
  };
}

function replyMessage(schemas: Schemas, op: OpName): object {
  const result = withFields(schemas, REPLIES[op], { re: ID }, ["re"]);
  const refused = withFields(schemas, Refused, { re: ID }, ["re"]);
  return {
    name: `${op}Reply`,
    title: `reply to ${op}`,
    summary: `The result of ${op}, or its error.`,
    correlationId: { location: "$message.payload#/re", description: "The `id` of the command." },
    payload: { anyOf: [result, refused] },
    examples: replyExamples(op).map(({ name, reply }) => ({ name, payload: reply })),
  };
}

function eventMessage(schemas: Schemas, ev: EventName): object {
  const examples = eventExamples(ev).map(({ name, event }) => ({ name, payload: event as Fields }));
  return { name: ev, title: ev, summary: meaning(EVENTS[ev]), payload: schemas.of(EVENTS[ev]), examples };
}

const ID = { type: "integer", minimum: 0, maximum: 2 ** 32 - 1 };

/** A schema with fields in front of its own; one that is a choice gets them in each. */
function withFields(schemas: Schemas, schema: object, fields: Part, required: readonly string[]): Part {
  const { anyOf } = schema as { anyOf?: readonly object[] };
  if (anyOf) return { anyOf: anyOf.map((part) => withFields(schemas, part, fields, required)) };
  const { properties = {}, required: own = [] } = schemas.of({ ...schema }) as { properties?: object; required?: readonly string[] };
  return { type: "object", required: [...required, ...own], properties: { ...fields, ...properties } };
}

function sending(op: OpName): object {
  return {
    action: "send",
    channel: { $ref: CHANNEL },
    title: op,
    summary: meaning(REPLIES[op]),
    description: `${callersOf(op)} may send it.`,
    messages: [{ $ref: `${CHANNEL}/messages/${op}` }],
    reply: { channel: { $ref: CHANNEL }, messages: [{ $ref: `${CHANNEL}/messages/${op}Reply` }] },
  };
}

function receiving(events: readonly EventName[]): object {
  return {
    action: "receive",
    channel: { $ref: CHANNEL },
    title: "events",
    summary: "What the server says unasked.",
    description: "Events of a conversation come to the sockets that have it open.",
    messages: events.map((ev) => ({ $ref: `${CHANNEL}/messages/${ev}Event` })),
  };
}

function closeCodes(): object {
  return mapped(CLOSES, (code, name) => ({ code, reason: name as CloseName, client: closeVerdict(code as number) }));
}

function meaning(schema: object): string {
  return (schema as { description?: string }).description ?? "";
}
