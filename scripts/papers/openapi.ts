import { CALLS_HTTP, type HttpCall, Problem, REFUSALS_OF_ALL } from "../../proto/answers.js";
import { ERRORS, type ErrorCode } from "../../proto/codes.js";
import { Schemas } from "./schema.js";
import { examples, type Fields, vectors } from "./vectors.js";

const ABOUT = `The HTTP calls of Deskwire: the same words, promises and errors as on the socket. docs/PROTOCOL.md explains them; proto/vectors has
bodies and answers with their verdicts. Clients tolerate fields and kinds that they do not know.`;

const TAGS = {
  sessions: "Who somebody is.",
  conversations: "What is said, and where it stands.",
  site: "What everybody may know.",
  files: "What is sent along.",
} as const;

const TAG_OF: Readonly<Record<string, keyof typeof TAGS>> = {
  ...{ visitors: "sessions", login: "sessions", refresh: "sessions", logout: "sessions", session: "sessions" },
  ...{ site: "site", upload: "files", download: "files" },
};

/** The HTTP calls as OpenAPI 3.1. */
export function openapi(version: string): object {
  const schemas = new Schemas("2020-12");
  const paths: Record<string, Record<string, object>> = {};
  for (const [name, call] of Object.entries(CALLS_HTTP) as [string, HttpCall][]) {
    put(paths, call.path, call, operation(schemas, name, name, call));
    if (call.also !== undefined) put(paths, call.also, call, operation(schemas, name, `${name}Api`, call));
  }
  return {
    openapi: "3.1.0",
    info: { title: "Deskwire", version, description: ABOUT, license: { name: "Apache-2.0", identifier: "Apache-2.0" } },
    servers: [
      { url: "https://desk.example", description: "Wherever it is served." },
      { url: "http://127.0.0.1:8080", description: "`npm start`." },
    ],
    security: [{ token: [] }],
    tags: Object.entries(TAGS).map(([name, description]) => ({ name, description })),
    paths,
    components: { schemas: schemas.named, securitySchemes: { token: { type: "http", scheme: "bearer", bearerFormat: "JWT" } } },
  };
}

function put(paths: Record<string, Record<string, object>>, path: string, { method }: HttpCall, operation: object): void {
  paths[path] = { ...paths[path], [method.toLowerCase()]: operation };
}

function operation(schemas: Schemas, name: string, operationId: string, call: HttpCall): object {
  const parameters = [...inPath(schemas, call.path), ...inQuery(schemas, call)];
  return {
    operationId,
    tags: [TAG_OF[name] ?? "conversations"],
    summary: call.meaning.split(/(?<=[.:]) /)[0]?.replace(/[.:]$/, ""),
    description: call.meaning,
    ...(call.open && { security: [] }),
    ...(parameters.length > 0 && { parameters }),
    ...requestBody(schemas, name, call),
    responses: { 200: answer(schemas, name, call), ...refusals(schemas, call) },
  };
}

function inPath(schemas: Schemas, path: string): object[] {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
  return names.map((name) => ({ name, in: "path", required: true, schema: schemas.of(CALLS_HTTP.ask.answer.properties.c) }));
}

function inQuery(schemas: Schemas, { query = {} }: HttpCall): object[] {
  return Object.entries(query).map(([name, { schema, meaning, required }]) => ({
    ...{ name, in: "query", description: meaning, ...(required && { required }) },
    schema: schemas.of(schema),
  }));
}

function requestBody(schemas: Schemas, name: string, { body, bodyType }: HttpCall): object {
  if (bodyType !== undefined) return { requestBody: { required: true, content: { [bodyType]: {} } } };
  if (!body) return {};
  const good = examples("http-bodies", "valid", ({ call }) => call === name, `the body of ${name}`);
  const content = { schema: schemas.of(body), examples: byName(good, "body") };
  return { requestBody: { required: required(body), content: { "application/json": content } } };
}

function answer(schemas: Schemas, name: string, { answer, answerType }: HttpCall): object {
  const other = answerType === undefined ? {} : { [answerType]: {} };
  const json =
    answerType === "*/*" ? {} : { "application/json": { schema: schemas.of(answer), examples: byName(answersOf(name), "answer") } };
  return { description: "Done.", content: { ...json, ...other } };
}

function answersOf(name: string) {
  return examples("http-answers", "valid", ({ call, status }) => call === name && Number(status) < 400, `the answer to ${name}`);
}

/** One response per status, which names the codes that come with it. */
function refusals(schemas: Schemas, { open, refusals }: HttpCall): object {
  const codes = [...new Set<ErrorCode>([...REFUSALS_OF_ALL, ...refusals])].filter(
    (code) => !(open && code === "unauthenticated" && !refusals.includes(code)),
  );
  const statuses = [...new Set(codes.map((code) => ERRORS[code].http))].sort();
  return Object.fromEntries(
    statuses.map((status) => [
      status,
      refusal(
        schemas,
        codes.filter((code) => ERRORS[code].http === status),
      ),
    ]),
  );
}

function refusal(schemas: Schemas, codes: readonly ErrorCode[]): object {
  const description = codes.map((code) => `\`${code}\`: ${ERRORS[code].meaning}`).join(" ");
  const waiting = codes.some((code) => ERRORS[code].retry);
  const seconds = { description: "Whole seconds to wait; `retry_after_ms` is the exact time.", schema: { type: "integer" } };
  return {
    description,
    ...(waiting && { headers: { "Retry-After": seconds } }),
    content: { "application/problem+json": { schema: schemas.of(Problem), ...exampleOf(codes) } },
  };
}

/** A golden problem with one of the codes, where there is one. */
function exampleOf(codes: readonly ErrorCode[]): { example?: unknown } {
  const good = vectors("http-answers").find(
    ({ verdict, answer }) => verdict === "valid" && codes.includes((answer as Fields)["code"] as never),
  );
  return good ? { example: good["answer"] } : {};
}

function byName(found: readonly Fields[], field: string): object {
  return Object.fromEntries(found.map((vector, n) => [`example${n + 1}`, { summary: vector["name"], value: vector[field] }]));
}

function required(body: object): boolean {
  const { required = [], anyOf } = body as { required?: readonly string[]; anyOf?: readonly object[] };
  return anyOf !== undefined || required.length > 0;
}
