import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { emptyFolder } from "../test/support/folder.js";
import { keptSeed, sessionKey } from "./keys.js";

test("a seed gives the same key wherever it is used, and another seed another one", () => {
  const [one, same, other] = [7, 7, 8].map((seed) => sessionKey(Buffer.alloc(32, seed).toString("base64url")));
  assert.equal(one?.id, same?.id);
  assert.notEqual(one?.id, other?.id);
});

test("a seed that is not 32 bytes is refused, and not printed", () => {
  for (const seed of ["", "c2hvcnQ", Buffer.alloc(33).toString("base64url")])
    assert.throws(
      () => sessionKey(seed),
      (error) => error instanceof Error && /32 bytes/.test(error.message) && (seed === "" || !error.message.includes(seed)),
    );
});

test("the seed of a data folder stays the same over a restart, and only its owner may read it", (t) => {
  const folder = emptyFolder(t);
  const first = keptSeed(folder);
  assert.equal(keptSeed(folder), first);
  assert.equal(statSync(join(folder, "session.key")).mode & 0o777, 0o600);
  assert.notEqual(keptSeed(emptyFolder(t)), first);
});
