import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { DataLock } from "../lib/data-lock-fs.js";
import { emptyFolder } from "../test/support/folder.js";
import { HouseProcess } from "../test/support/house-process.js";
import { until } from "../test/support/until.js";

const BIN = fileURLToPath(new URL("../bin/deskwire.js", import.meta.url));

interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** `npx deskwire` on a data folder. */
async function deskwire(data: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Said> {
  const child = spawn(process.execPath, [BIN, ...args], {
    env: { PATH: process.env["PATH"], DESKWIRE_DATA: data, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "exit")]);
  return { code: code as number, out, err };
}

const words = (line: string): string[] => line.split(" ");

/** Runs a command that has to succeed; answers what it printed. */
async function done(data: string, line: string): Promise<string> {
  const { code, out, err } = await deskwire(data, words(line));
  assert.deepEqual([code, err], [0, ""], line);
  return out;
}

async function house(t: TestContext, data: string): Promise<HouseProcess> {
  const started = await HouseProcess.start({ data });
  t.after(() => started.kill());
  return started;
}

const login = (url: string, password: string): Promise<number> =>
  fetch(`${url}/v1/login`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ tenant: "acme", username: "maria", password }),
  }).then(({ status }) => status);

test("without a server the commands work on the folder, which is made, and the next command finds what the last one left", async (t) => {
  const data = join(emptyFolder(t), "deep", "data");
  assert.equal(await done(data, "tenant add acme --origin https://acme.example"), "tenant acme added\n");
  assert.match(await done(data, "agent add acme maria --role supervisor"), /^agent maria added; password [\w-]{16}\n$/);
  assert.match(await done(data, "key add acme site --issuer https://acme.example"), /^key site added; secret [\w-]{43}\n$/);
  assert.equal(await done(data, "tenant list"), "acme\tacme\thttps://acme.example\n");
  assert.equal(await done(data, "agent list acme"), "maria\tmaria\tsupervisor\tskills -\ttopics *\tcapacity 5/10\n");
});

test("help is printed when it is asked for and when nothing is, and touches no folder", async (t) => {
  const data = join(emptyFolder(t), "data");
  for (const args of [[], ["--help"], ["tenant", "add", "--help"]]) {
    const { code, out, err } = await deskwire(data, args);
    assert.deepEqual([code, err], [0, ""], args.join(" "));
    assert.match(out, /^\nnpx deskwire <what> <do>/);
  }
  assert.equal(existsSync(data), false);
});

test("what a person got wrong is one sentence on standard error and a failed command", async (t) => {
  const data = emptyFolder(t);
  for (const [line, says] of [
    ["tenant remove acme", /^There is no command "tenant remove"\. See npx deskwire --help\.\n$/],
    ["agent add nowhere maria", /^There is no tenant "nowhere"\. See npx deskwire --help\.\n$/],
    ["tenant add acme --colour red", /^Unknown option '--colour'/],
  ] as const) {
    const { code, out, err } = await deskwire(data, words(line));
    assert.deepEqual([code, out], [1, ""], line);
    assert.match(err, says);
    assert.doesNotMatch(err, /\n.+at /, "no stack");
  }
});

test("a setting that is none, and a file that is not there, are named", async (t) => {
  const data = emptyFolder(t);
  const setting = await deskwire(data, ["tenant", "list"], { DESKWIRE_COLOUR: "red" });
  assert.deepEqual(
    [setting.code, setting.err],
    [1, "DESKWIRE_COLOUR is not a setting. Unset it, or look up its name in docs/CONFIG.md.\n"],
  );
  await done(data, "tenant add acme");
  const file = await deskwire(data, words("agent add acme maria --password-file /nowhere/secret"));
  assert.equal(file.code, 1);
  assert.match(file.err, /^ENOENT.*\/nowhere\/secret'\n$/);
});

test("a folder that another process holds is left alone, and the message says who holds it and what to do", async (t) => {
  const data = emptyFolder(t);
  const lock = new DataLock(data);
  await lock.start();
  t.after(() => lock.stop());
  const held = `The data folder ${data} is in use by process ${process.pid}. Stop that one, or give this one another folder by DESKWIRE_DATA.\n`;
  assert.deepEqual(await deskwire(data, ["tenant", "list"]), { code: 1, out: "", err: held });
  writeFileSync(join(data, "admin.sock"), "");
  assert.deepEqual(await deskwire(data, ["tenant", "list"]), { code: 1, out: "", err: held });
});

test("on a running server the commands are seen within 5 s: a tenant, an agent who may log in, and may not when disabled", async (t) => {
  const data = emptyFolder(t);
  const { url } = await house(t, data);
  assert.equal((await fetch(`${url}/v1/site/acme`)).status, 404);
  await done(data, "tenant add acme");
  await until("the site to be known", async () => (await fetch(`${url}/v1/site/acme`)).status === 200);
  await done(data, "agent add acme maria --password s3cret");
  await until("the agent to be known", async () => (await login(url, "s3cret")) === 200);
  await done(data, "agent disable acme maria");
  await until("the agent to be refused", async () => (await login(url, "s3cret")) === 401);
  assert.equal(await done(data, "agent list acme"), "maria\tmaria\tagent\tskills -\ttopics *\tcapacity 5/10\tdisabled\n");
});

test("after a kill -9 of the server the commands work on its folder, and the next server has what they did", async (t) => {
  const data = emptyFolder(t);
  const first = await house(t, data);
  await done(data, "tenant add acme");
  await first.kill();
  assert.ok(existsSync(join(data, "admin.sock")), "the socket was left behind");
  assert.equal(await done(data, "tenant list"), `acme\tacme\t\ndemo\tLeaf & Kettle\t\n`);
  await done(data, "tenant add acme --name Acme");
  const { url } = await house(t, data);
  const site = (await (await fetch(`${url}/v1/site/acme`)).json()) as { name?: string };
  assert.equal(site.name, "Acme");
});
