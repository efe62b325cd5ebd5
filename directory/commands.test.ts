import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { type TestContext, test } from "node:test";
import { openDirectory } from "../test/support/directories.js";
import { runCommand, UsageError } from "./commands.js";
import type { LmdbDirectory } from "./directory-lmdb.js";
import { checkPassword } from "./password.js";

const NOW = 1_700_000_000_000;

interface Counter {
  readonly rows: LmdbDirectory;
  /** Runs a command line; its words are separated by blanks. */
  run(line: string): Promise<string>;
  runWords(...words: string[]): Promise<string>;
  /** What a command that is refused says. */
  refused(line: string): Promise<string>;
}

function counter(t: TestContext, files: Readonly<Record<string, string>> = {}): Counter {
  const rows = openDirectory(t);
  const readFile = (path: string): string => files[path] ?? missing(path);
  const runWords = (...words: string[]): Promise<string> => runCommand({ directory: rows, now: () => NOW, readFile }, words);
  const run = (line: string): Promise<string> => runWords(...line.split(" "));
  const refused = (line: string): Promise<string> =>
    run(line).then(
      (text) => assert.fail(`"${line}" was taken: ${text}`),
      (error: unknown) => (error instanceof UsageError ? error.message : assert.fail(String(error))),
    );
  return { rows, run, runWords, refused };
}

function missing(path: string): never {
  throw Object.assign(new Error(`ENOENT: no such file or directory, open '${path}'`), { syscall: "open" });
}

const account = async ({ rows }: Counter, id: string) => (await rows.get("account", "acme", id))?.value ?? assert.fail(`no ${id}`);
const tenant = async ({ rows }: Counter) => (await rows.get("tenant", "", "acme"))?.value ?? assert.fail("no acme");
const key = async ({ rows }: Counter, id: string) => (await rows.get("key", "acme", id))?.value ?? assert.fail(`no ${id}`);
const printed = (text: string): string => / (\S+)$/.exec(text)?.[1] ?? assert.fail(`nothing printed: ${text}`);

const { publicKey, privateKey } = generateKeyPairSync("ed25519");
const PUBLIC = JSON.stringify(publicKey.export({ format: "jwk" }));
const PRIVATE = JSON.stringify(privateKey.export({ format: "jwk" }));

test("a tenant that is added has a topic to ask, both languages, and the name and origins it was given", async (t) => {
  const desk = counter(t);
  assert.equal(
    await desk.runWords(
      "tenant",
      "add",
      "acme",
      "--name",
      "Acme & Co",
      "--origin",
      "https://a.example",
      "--origin",
      "http://localhost:3000",
    ),
    "tenant acme added",
  );
  assert.deepEqual(await tenant(desk), {
    ...{ name: "Acme & Co", origins: ["https://a.example", "http://localhost:3000"] },
    ...{ default_topic: "support", languages: ["en", "zh-CN"] },
  });
  assert.deepEqual((await desk.rows.get("topic", "acme", "support"))?.value.name, { en: "Support", "zh-CN": "客户支持" });
});

test("of several topics the first is the default, and a later add brings only more", async (t) => {
  const desk = counter(t);
  await desk.run("tenant add acme --topic sales --topic billing");
  assert.equal(await desk.run("tenant add acme --topic orders --topic sales"), "tenant acme changed");
  assert.deepEqual(
    (await desk.rows.list("topic", "acme")).map(({ id }) => id),
    ["billing", "orders", "sales"],
  );
  assert.equal((await tenant(desk)).default_topic, "sales");
});

test("an add of a tenant that is there changes only what is named", async (t) => {
  const desk = counter(t);
  await desk.run("tenant add acme --name Acme --origin https://a.example");
  await desk.run("tenant add acme --language en");
  assert.deepEqual(
    [(await tenant(desk)).name, (await tenant(desk)).origins, (await tenant(desk)).languages],
    ["Acme", ["https://a.example"], ["en"]],
  );
});

test("a disabled tenant is listed as that and all its tokens are worth nothing; adding it again enables it", async (t) => {
  const desk = counter(t);
  await desk.run("tenant add acme");
  assert.equal(await desk.run("tenant disable acme"), "tenant acme disabled; its sockets are closed within 5 s");
  assert.match(await desk.run("tenant list"), /^acme\tacme\t.*\tdisabled$/);
  assert.deepEqual((await desk.rows.get("revocation", "acme", "*"))?.value, { not_before: NOW });
  await desk.run("tenant add acme");
  assert.equal("disabled" in (await tenant(desk)), false);
  assert.equal(await desk.run("tenant list"), "acme\tacme\t");
});

test("an agent that is added has the fields it was given and logs in with its password", async (t) => {
  const desk = counter(t);
  await desk.run("tenant add acme");
  await desk.runWords(
    ...["agent", "add", "acme", "maria", "--name", "Maria L.", "--role", "supervisor", "--password", "s3cret"],
    ...["--skill", "es", "--skill", "en", "--topic", "support", "--capacity", "7", "--capacity-max", "50"],
  );
  const { password, ...rest } = await account(desk, "maria");
  assert.deepEqual(rest, {
    ...{ name: "Maria L.", role: "supervisor", skills: ["es", "en"], topics: ["support"], capacity: 7, capacity_max: 50, demo: false },
  });
  assert.equal(await checkPassword("s3cret", password), true);
});

test("without a password one is made, printed once, and good", async (t) => {
  const desk = counter(t);
  await desk.run("tenant add acme");
  const made = printed(await desk.run("agent add acme maria"));
  assert.ok(made.length >= 16);
  assert.equal(await checkPassword(made, (await account(desk, "maria")).password), true);
  assert.equal(await desk.run("agent add acme maria --name M"), "agent maria changed");
  assert.equal(await checkPassword(made, (await account(desk, "maria")).password), true);
});

test("a password may come from a file, without its last line end, and may begin with a dash", async (t) => {
  const desk = counter(t, { "/secret": "from file \r\n" });
  await desk.run("tenant add acme");
  await desk.run("agent add acme maria --password-file /secret");
  assert.equal(await checkPassword("from file ", (await account(desk, "maria")).password), true);
  await desk.run("agent add acme maria --password=-dash");
  assert.equal(await checkPassword("-dash", (await account(desk, "maria")).password), true);
});

test("a new password ends the sessions the old one opened; other changes do not", async (t) => {
  const desk = counter(t);
  await desk.run("tenant add acme");
  await desk.run("agent add acme maria --password one");
  await desk.run("agent add acme maria --capacity 3");
  assert.equal(await desk.rows.get("revocation", "acme", "maria"), undefined);
  await desk.run("agent add acme maria --password two");
  assert.deepEqual((await desk.rows.get("revocation", "acme", "maria"))?.value, { not_before: NOW });
});

test("a disabled agent is listed as that and its sessions end; adding it again enables it", async (t) => {
  const desk = counter(t);
  await desk.run("tenant add acme");
  await desk.run("agent add acme maria --password one --skill en");
  assert.equal(await desk.run("agent disable acme maria"), "agent maria disabled; its sockets are closed within 5 s");
  assert.equal(await desk.run("agent list acme"), "maria\tmaria\tagent\tskills en\ttopics *\tcapacity 5/10\tdisabled");
  assert.deepEqual((await desk.rows.get("revocation", "acme", "maria"))?.value, { not_before: NOW });
  await desk.run("agent add acme maria");
  assert.equal("disabled" in (await account(desk, "maria")), false);
});

test("lists show no secret", async (t) => {
  const desk = counter(t);
  await desk.run("tenant add acme");
  await desk.run("agent add acme maria --password hunter2");
  const secret = printed(await desk.run("key add acme site"));
  const lists = `${await desk.run("agent list acme")}\n${await desk.run("key list acme")}`;
  for (const hidden of [secret, "hunter2", "scrypt"]) assert.ok(!lists.includes(hidden), hidden);
  assert.ok(lists.endsWith("site\tHS256"));
});

test("a key is made and printed once, and an add that names only the issuer keeps it", async (t) => {
  const desk = counter(t);
  await desk.run("tenant add acme");
  const secret = printed(await desk.run("key add acme site"));
  assert.ok(secret.length >= 43);
  assert.equal(await desk.run("key add acme site --issuer https://acme.example"), "key site changed");
  assert.deepEqual(await key(desk, "site"), { algorithm: "HS256", material: secret, created_at: NOW });
  assert.equal((await tenant(desk)).issuer, "https://acme.example");
});

test("a public key comes from a file; a disabled one is listed as that, and adding it again enables it as it was", async (t) => {
  const desk = counter(t, { "/jwk": `${PUBLIC}\n` });
  await desk.run("tenant add acme");
  assert.equal(await desk.run("key add acme site --algorithm EdDSA --material-file /jwk --issuer https://acme.example"), "key site added");
  assert.equal(
    await desk.run("key disable acme site"),
    "key site disabled; its tokens are refused, and the sockets that stand on it closed, within 5 s",
  );
  assert.equal(await desk.run("key list acme"), "issuer\thttps://acme.example\nsite\tEdDSA\tdisabled");
  await desk.run("key add acme site");
  assert.deepEqual(await key(desk, "site"), { algorithm: "EdDSA", material: PUBLIC, created_at: NOW });
});

test("the keys of a set are added under their own kids, the whole set or nothing of it", async (t) => {
  const jwk = (kid: string): object => ({ ...publicKey.export({ format: "jwk" }), kid });
  const rsa = { ...generateKeyPairSync("rsa", { modulusLength: 2_048 }).publicKey.export({ format: "jwk" }), kid: "r1", use: "sig" };
  const desk = counter(t, {
    "/set": JSON.stringify({ keys: [jwk("e1"), rsa] }),
    "/mixed": JSON.stringify({ keys: [jwk("e2"), { ...jwk("e3"), use: "enc" }] }),
  });
  await desk.run("tenant add acme");
  const said = await desk.run("key add acme --jwks-file /set --issuer https://acme.example");
  assert.equal(said, "key e1 added; EdDSA\nkey r1 added; RS256");
  assert.deepEqual(await key(desk, "r1"), { algorithm: "RS256", material: JSON.stringify(rsa), created_at: NOW });
  assert.match(await desk.refused("key add acme --jwks-file /mixed"), /^The key "e3" is none for EdDSA or RS256\./);
  assert.equal(await desk.rows.get("key", "acme", "e2"), undefined);
});

test("an address for keys is kept on the tenant, shown in its list, and taken away by none", async (t) => {
  const desk = counter(t);
  await desk.run("tenant add acme");
  await desk.run("key add acme --jwks-url https://acme.example/keys --issuer https://acme.example");
  assert.equal((await tenant(desk)).jwks_url, "https://acme.example/keys");
  assert.equal(await desk.run("key list acme"), "issuer\thttps://acme.example\nkeys from\thttps://acme.example/keys");
  await desk.run("key add acme --jwks-url none");
  assert.deepEqual([(await tenant(desk)).jwks_url, (await tenant(desk)).issuer], [undefined, "https://acme.example"]);
});

test("whoever adds a key is told that no token is good while the tenant has no issuer", async (t) => {
  const desk = counter(t);
  await desk.run("tenant add acme");
  assert.match(await desk.run("key add acme site"), /^tenant acme has no issuer yet, so no token of its own is good: give --issuer\n/);
  assert.equal(await desk.run("key add acme --issuer https://acme.example"), "tenant acme changed");
  assert.equal(await desk.run("key add acme site"), "key site changed");
});

test("a key or an agent that is removed is gone, and the agent's sessions end for good", async (t) => {
  const desk = counter(t);
  await desk.run("tenant add acme");
  await desk.run("key add acme site");
  assert.match(await desk.run("key remove acme site"), /^key site removed; /);
  assert.equal(await desk.run("key list acme"), "");
  await desk.run("agent add acme maria --password one");
  assert.equal(await desk.run("agent remove acme maria"), "agent maria removed; its sockets are closed within 5 s");
  await desk.run("agent add acme maria --password two");
  assert.deepEqual((await desk.rows.get("revocation", "acme", "maria"))?.value, { not_before: NOW });
});

test("an agent gets another password, given or made, and is out with the one before", async (t) => {
  const desk = counter(t);
  await desk.run("tenant add acme");
  await desk.run("agent add acme maria --password one --skill es --demo");
  assert.equal(await desk.run("agent password acme maria --password two"), "agent maria changed; its sockets are closed within 5 s");
  const { password, skills, demo } = await account(desk, "maria");
  assert.deepEqual([await checkPassword("two", password), skills, demo], [true, ["es"], false]);
  assert.deepEqual((await desk.rows.get("revocation", "acme", "maria"))?.value, { not_before: NOW });
  const made = printed(await desk.run("agent password acme maria"));
  assert.equal(await checkPassword(made, (await account(desk, "maria")).password), true);
});

test("sessions are revoked of one user, whatever its site calls it, or of everybody", async (t) => {
  const desk = counter(t);
  await desk.run("tenant add acme");
  assert.equal(
    await desk.runWords("session", "revoke", "acme", "客户 42"),
    "sessions of 客户 42 revoked; their sockets are closed within 5 s",
  );
  assert.deepEqual((await desk.rows.get("revocation", "acme", "客户 42"))?.value, { not_before: NOW });
  assert.equal(await desk.rows.get("revocation", "acme", "*"), undefined);
  assert.match(await desk.run("session revoke acme"), /^sessions of everybody revoked; /);
  assert.deepEqual((await desk.rows.get("revocation", "acme", "*"))?.value, { not_before: NOW });
});

const REFUSED: Readonly<Record<string, RegExp>> = {
  "": /^There is no command ""\./,
  tenant: /^There is no command "tenant"\./,
  "tenant remove acme": /^There is no command "tenant remove"\./,
  "tenant add": /^"tenant add" takes 1 name\(s\), not 0\./,
  "agent add acme maria x": /^"agent add" takes 2 name\(s\), not 3\./,
  "tenant list acme": /takes 0 name/,
  "tenant add a/b": /^"a\/b" is no name: 1 to 64 letters/,
  "agent add acme 林": /^"林" is no name/,
  [`tenant add ${"x".repeat(65)}`]: /is no name/,
  "tenant add acme --origin a.example": /^"a\.example" is no origin; give scheme, host and port/,
  "tenant add acme --origin https://a.example/": /is no origin/,
  "tenant add acme --origin *": /is no origin/,
  "tenant add acme --topic a/b": /^"a\/b" is no name/,
  "tenant add acme --topic=": /^"" is no name/,
  "tenant add acme --language=": /^"" is no skill or language/,
  "agent add acme maria --skill=": /^"" is no skill or language/,
  "agent add nowhere maria": /^There is no tenant "nowhere"\./,
  "agent list nowhere": /^There is no tenant "nowhere"\./,
  "key list nowhere": /^There is no tenant "nowhere"\./,
  "key add nowhere site": /^There is no tenant "nowhere"\./,
  "tenant disable nowhere": /^There is no tenant "nowhere"\./,
  "agent disable acme nobody": /^There is no agent "nobody"\./,
  "key disable acme none": /^There is no key "none"\./,
  "agent add acme maria --role boss": /^"boss" is no role: agent, supervisor or bot\./,
  "agent add acme maria --capacity many": /^--capacity takes a whole number, not "many"\./,
  "agent add acme maria --capacity=-1": /^--capacity takes a whole number/,
  "agent add acme maria --capacity-max 1.5": /^--capacity-max takes a whole number/,
  "agent add acme maria --capacity 11": /^--capacity 11 is above --capacity-max 10\./,
  "agent add acme maria --password=": /^An empty password is none/,
  "agent add acme maria --password-file /empty": /^An empty password is none/,
  "agent add acme maria --skills en": /^Unknown option '--skills'/,
  "agent add acme maria --name": /--name/,
  "key add acme site --algorithm none": /^"none" is no algorithm: HS256, EdDSA or RS256\./,
  "key add acme site --algorithm EdDSA": /^EdDSA needs --material-file with the public key as a JWK\./,
  "key add acme site --material-file /short": /^A secret of HS256 has at least 32 characters\./,
  "key add acme site --algorithm EdDSA --material-file /short": /^The material of EdDSA is a JWK of type OKP\./,
  "key add acme site --algorithm RS256 --material-file /jwk": /^The material of RS256 is a JWK of type RSA\./,
  "key add acme site --algorithm EdDSA --material-file /private": /^This JWK holds the private key; give the public one\./,
  "key add acme site --algorithm RS256 --material-file /weak": /^This JWK is no public key for RS256: .* RSA of at least 2048 bits/,
  "key add acme site --algorithm EdDSA --material-file /x25519": /^This JWK is no public key for EdDSA: Ed25519/,
  "key add acme": /^"key add" takes the name of a key, --jwks-file, --jwks-url or --issuer\./,
  "key add acme site --jwks-file /jwk": /^The keys of --jwks-file have names of their own/,
  "key add acme --jwks-file /jwk": /^The file of --jwks-file is a JWK Set/,
  "key add acme --jwks-file /nameless": /^Each key of the set needs a "kid"/,
  "key add acme --jwks-file /privates": /^This JWK holds the private key/,
  "key add acme --jwks-url http://acme.example/keys": /^"http:\/\/acme\.example\/keys" is no address for keys/,
  "key add acme --jwks-url https://me:pw@acme.example/": /is no address for keys/,
  "key add acme --jwks-url file:///etc/passwd": /is no address for keys/,
  "key add acme --issuer deskwire": /^"deskwire" is no issuer of a site/,
  "key remove acme none": /^There is no key "none"\./,
  "agent remove acme nobody": /^There is no agent "nobody"\./,
  "agent password acme nobody": /^There is no agent "nobody"\./,
  "session revoke": /^"session revoke" takes 1 or 2 name\(s\), not 0\./,
  "session revoke nowhere": /^There is no tenant "nowhere"\./,
};

const FILES = {
  ...{ "/empty": "\n", "/short": "short", "/jwk": PUBLIC, "/private": PRIVATE },
  "/weak": JSON.stringify(generateKeyPairSync("rsa", { modulusLength: 1_024 }).publicKey.export({ format: "jwk" })),
  "/x25519": JSON.stringify(generateKeyPairSync("x25519").publicKey.export({ format: "jwk" })),
  "/nameless": JSON.stringify({ keys: [JSON.parse(PUBLIC)] }),
  "/privates": JSON.stringify({ keys: [{ ...JSON.parse(PRIVATE), kid: "k" }] }),
};

for (const [line, says] of Object.entries(REFUSED))
  test(`"${line.slice(0, 60)}" is refused in a sentence that says why, and changes nothing`, async (t) => {
    const desk = counter(t, FILES);
    await desk.run("tenant add acme");
    const before = await desk.rows.revision();
    const text = await desk.refused(line);
    assert.match(text, says);
    assert.match(text, / See npx deskwire --help\.$/);
    assert.equal(await desk.rows.revision(), before);
  });

test("a file that cannot be read is named", async (t) => {
  const desk = counter(t);
  await desk.run("tenant add acme");
  await assert.rejects(desk.run("agent add acme maria --password-file /nowhere"), /\/nowhere/);
});

const topic = async ({ rows }: Counter, id: string) => (await rows.get("topic", "acme", id))?.value ?? assert.fail(`no ${id}`);
const HOURS = '{"time_zone": "Europe/Berlin", "week": {"mon": [["09:00", "18:00"]]}}';

test("a topic that is added has its name in every language of the tenant, its skills and its hours", async (t) => {
  const desk = counter(t, { "hours.json": HOURS });
  await desk.run("tenant add acme");
  const added = await desk.run("topic add acme billing --name Billing --skill en --skill tax --hours-file hours.json --manual-pick");
  assert.equal(added, "topic billing added");
  assert.deepEqual(await topic(desk, "billing"), {
    name: { en: "Billing", "zh-CN": "Billing" },
    ...{ skills: ["en", "tax"], hours: JSON.parse(HOURS), manual_pick: true },
  });
});

test("adding a topic that is there changes only what is named", async (t) => {
  const desk = counter(t, { "hours.json": HOURS });
  await desk.run("tenant add acme");
  const before = await topic(desk, "support");
  assert.equal(await desk.run("topic add acme support --hours-file hours.json"), "topic support changed");
  await desk.run("topic add acme support --manual-pick");
  assert.deepEqual(await topic(desk, "support"), { ...before, hours: JSON.parse(HOURS), manual_pick: true });
  await desk.run("topic add acme support --hours-file none --no-manual-pick");
  assert.deepEqual(await topic(desk, "support"), before);
});

test("the topics of a tenant are listed with what is asked of them", async (t) => {
  const desk = counter(t, { "hours.json": HOURS });
  await desk.run("tenant add acme");
  await desk.run("topic add acme billing --skill tax --hours-file hours.json --manual-pick");
  assert.equal(
    await desk.run("topic list acme"),
    ["billing\tbilling\tskills tax\thours Europe/Berlin\tmanual pick", "support\tSupport, 客户支持\tskills -\talways open\tdefault"].join(
      "\n",
    ),
  );
});

test("a bad file of hours is refused with its name and the place of its fault, and changes nothing", async (t) => {
  const desk = counter(t, { "hours.json": HOURS.replace("18:00", "8:00") });
  await desk.run("tenant add acme");
  const before = await topic(desk, "support");
  assert.match(await desk.refused("topic add acme support --hours-file hours.json"), /^hours\.json: week\.mon\[0\]: /);
  assert.deepEqual(await topic(desk, "support"), before);
  assert.match(await desk.refused("topic add nowhere support"), /^There is no tenant "nowhere"/);
});
