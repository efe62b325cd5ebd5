import assert from "node:assert/strict";
import { test } from "node:test";
import { CALLS_HTTP, type HttpCall } from "../../proto/answers.js";
import { CALLS, findCall } from "./index.js";

const DESCRIBED = Object.values(CALLS_HTTP) as readonly HttpCall[];

/** A described path with something in the place of its parameters. */
const filled = (path: string): string => path.replace(/\{\w+\}/g, "x");

const paths = ({ path, also }: HttpCall): readonly string[] => [path, ...(also === undefined ? [] : [also])].map(filled);

test("every call of the server is described, with its method, its body and whether it needs a token", () => {
  for (const call of CALLS) {
    const paper = DESCRIBED.find((each) => each.method === call.method && paths(each).every((path) => call.path.test(path)));
    assert.ok(paper, `no paper knows of ${call.method} ${call.path}`);
    assert.equal(paper.body !== undefined, call.body !== undefined, `the body of ${paper.path}`);
    assert.ok(paper.open === undefined || call.open, `${paper.path} is described as open`);
  }
});

test("every described address leads to one call, and no two descriptions to the same", () => {
  const found = DESCRIBED.flatMap((each) => {
    const calls = new Set(paths(each).map((path) => findCall(each.method, path)?.call));
    assert.ok(calls.size === 1 && !calls.has(undefined), `${each.method} ${each.path}`);
    return [...calls];
  });
  assert.equal(new Set(found).size, found.length);
});
