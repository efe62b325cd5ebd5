import assert from "node:assert/strict";
import { scryptSync } from "node:crypto";
import { test } from "node:test";
import { checkPassword, hashPassword, NOBODY } from "./password.js";

test("a password is good for its own hash and for no other", async () => {
  const [hash, other] = [await hashPassword("correct horse 马"), await hashPassword("correct horse 马 ")];
  assert.equal(await checkPassword("correct horse 马", hash), true);
  assert.equal(await checkPassword("correct horse 马", other), false);
  assert.equal(await checkPassword("", hash), false);
});

test("the same password hashes to another text each time, which does not hold it", async () => {
  const [one, two] = [await hashPassword("hunter2"), await hashPassword("hunter2")];
  assert.notEqual(one, two);
  assert.match(one, /^scrypt\$16384\$8\$1\$[\w-]{22}\$[\w-]{43}$/);
  assert.ok(!one.includes("hunter2"));
});

test("a password typed with composed or decomposed letters is the same one", async () => {
  assert.equal(await checkPassword("cafe\u0301", await hashPassword("caf\u00e9")), true);
});

test("a hash with other costs is checked by those, also by the next higher one", async () => {
  for (const N of [2 ** 10, 2 ** 15, 2 ** 16]) {
    const salt = Buffer.from("0123456789abcdef");
    const key = scryptSync("secret", salt, 32, { N, r: 8, p: 1, maxmem: 2 ** 28 });
    const hash = `scrypt$${N}$8$1$${salt.toString("base64url")}$${key.toString("base64url")}`;
    assert.deepEqual([await checkPassword("secret", hash), await checkPassword("Secret", hash)], [true, false], `N ${N}`);
  }
});

test("nothing is good for what is no hash, and nothing for nobody's", async () => {
  const broken = [
    "",
    "demo",
    "scrypt",
    "scrypt$16384$8$1$",
    "scrypt$x$8$1$c2FsdA$a2V5",
    "scrypt$16384$8$1$c2FsdA$a2V5",
    "argon2$16384$8$1$c2FsdA$a2V5",
  ];
  for (const hash of [...broken, NOBODY]) assert.equal(await checkPassword("", hash), false, hash);
});

test("a hash with costs that are none is refused as good for nothing, not as a fault", async () => {
  const key = "a".repeat(43);
  for (const cost of ["0$8$1", "3$8$1", "16384$0$1", "16384$8$0", "99999999$99$9"])
    assert.equal(await checkPassword("x", `scrypt$${cost}$c2FsdA$${key}`), false, cost);
});
