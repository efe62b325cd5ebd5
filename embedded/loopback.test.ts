import assert from "node:assert/strict";
import { test } from "node:test";
import { ExposedDemoError, isLoopback, keepDemoAtHome } from "./loopback.js";

test("only addresses of this machine are loopback", () => {
  for (const host of ["127.0.0.1", "127.9.9.9", "::1", "localhost", "::ffff:127.0.0.1"]) assert.equal(isLoopback(host), true, host);
  for (const host of ["0.0.0.0", "::", "10.0.0.1", "128.0.0.1", "example.org"]) assert.equal(isLoopback(host), false, host);
});

test("a demo password is not shown to the network, and the refusal names the accounts and the way out", () => {
  assert.throws(
    () => keepDemoAtHome("0.0.0.0", ["ada", "sun"]),
    (error) => error instanceof ExposedDemoError && /ada, sun/.test(error.message) && /DESKWIRE_ADMIN_PASSWORD/.test(error.message),
  );
});

test("without a demo password every address may be listened on, and with one loopback may", () => {
  keepDemoAtHome("0.0.0.0", []);
  keepDemoAtHome("127.0.0.1", ["ada"]);
});
