import assert from "node:assert/strict";
import { test } from "node:test";
import type { TSchema } from "typebox";
import { type Check, compiled } from "../../proto/check.js";
import { asyncapi } from "./asyncapi.js";
import { openapi } from "./openapi.js";
import { type Fields, vectors } from "./vectors.js";

/** The papers as somebody elsewhere reads them: what the golden vectors say of a frame, the published schemas must say too. */
type Part = { readonly [key: string]: Part };

const socket = asyncapi("0") as Part;
const http = openapi("0") as Part;

/** A published schema with what it refers to in its place. */
function checkOf(schema: unknown, paper: Part): Check {
  return compiled(inlined(schema, paper) as TSchema);
}

function inlined(part: unknown, paper: Part): unknown {
  if (Array.isArray(part)) return part.map((each) => inlined(each, paper));
  if (typeof part !== "object" || part === null) return part;
  if ("$ref" in part) return inlined(at(paper, String(part.$ref).slice(2).split("/")), paper);
  return Object.fromEntries(Object.entries(part).map(([key, value]) => [key, inlined(value, paper)]));
}

function at(paper: Part, path: readonly string[]): unknown {
  return path.reduce<Part>((part, key) => part[key.replaceAll("~1", "/")] as Part, paper);
}

const payload = (message: string): Check => checkOf(at(socket, ["channels", "socket", "messages", message, "payload"]), socket);

/** What no single field shows is said in words only. */
const IN_WORDS = new Set([
  "open without a target",
  "open with both targets",
  "mark of nothing",
  "history both ways",
  "transfer to nobody",
  "transfer to an agent and a topic",
]);

test("every command that is taken is one by asyncapi.json, and a bad one is none where schemas can say so", () => {
  const framed = vectors("commands").filter(({ frame }) => frame !== undefined);
  for (const { name, frame, verdict } of framed) {
    const fault = payload(String((frame as Fields)["op"])).fault(frame);
    assert.equal(fault === undefined, verdict === "command" || IN_WORDS.has(name), `${name}: ${fault}`);
  }
});

test("asyncapi.json says of every event and reply what its vector says", () => {
  for (const { name, event, verdict } of vectors("events"))
    assert.equal(payload(`${(event as Fields)["ev"]}Event`).fault(event) === undefined, verdict === "valid", name);
  for (const { name, op, reply, verdict } of vectors("replies"))
    assert.equal(payload(`${op}Reply`).fault(reply) === undefined, verdict === "valid", name);
});

test("openapi.json says of every body and answer what its vector says", () => {
  const operations = Object.values(http["paths"] as Part).flatMap((path) => Object.values(path)) as (Part & { operationId: unknown })[];
  const operation = (name: unknown): Part => operations.find(({ operationId }) => operationId === name) as Part;
  const content = (part: unknown): Part => (Object.values((part as Part)["content"] as Part)[0] as Part)["schema"] as Part;
  for (const { name, call, body, verdict } of vectors("http-bodies"))
    assert.equal(checkOf(content(operation(call)["requestBody"]), http).fault(body) === undefined, verdict === "valid", name);
  for (const { name, call, status, answer, verdict } of vectors("http-answers"))
    assert.equal(
      checkOf(content((operation(call)["responses"] as Part)[String(status)]), http).fault(answer) === undefined,
      verdict === "valid",
      name,
    );
});
