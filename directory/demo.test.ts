import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { openDirectory } from "../test/support/directories.js";
import { type CommandPorts, runCommand } from "./commands.js";
import { type DemoOptions, makeDemo } from "./demo.js";
import { checkPassword } from "./password.js";

const ORIGINS = ["http://127.0.0.1:8083", "http://localhost:8083"];

function counter(t: TestContext): CommandPorts & { demo(options?: Partial<DemoOptions>): Promise<readonly string[]> } {
  const ports: CommandPorts = { directory: openDirectory(t), now: () => 17, readFile: () => "" };
  return { ...ports, demo: (options) => makeDemo(ports, { origins: ORIGINS, password: "", ...options }) };
}

const passwordOf = async ({ directory }: CommandPorts, id: string): Promise<string> =>
  (await directory.get("account", "demo", id))?.value.password ?? "";

test("the demo is a tenant with two topics, two agents and a supervisor, who have the password everybody knows", async (t) => {
  const desk = counter(t);
  assert.deepEqual(await desk.demo(), ["ada", "lin", "sun"]);
  assert.deepEqual((await desk.directory.get("tenant", "", "demo"))?.value.origins, ORIGINS);
  assert.deepEqual(
    (await desk.directory.list("topic", "demo")).map(({ id }) => id),
    ["sales", "support"],
  );
  const accounts = (await desk.directory.list("account", "demo")).map(
    ({ id, value }) => `${id} ${value.role} ${value.capacity}/${value.capacity_max}`,
  );
  assert.deepEqual(accounts, ["ada agent 5/500", "lin agent 5/500", "sun supervisor 5/500"]);
  for (const id of ["ada", "lin", "sun"]) assert.equal(await checkPassword("demo", await passwordOf(desk, id)), true, id);
});

test("a second start changes nothing, and leaves what people changed", async (t) => {
  const desk = counter(t);
  await desk.demo();
  await runCommand(desk, ["agent", "add", "demo", "lin", "--name", "Lin Dan", "--capacity", "9"]);
  const before = await desk.directory.revision();
  assert.deepEqual(await desk.demo(), ["ada", "lin", "sun"]);
  assert.equal(await desk.directory.revision(), before);
});

test("an administrator's password replaces the well-known one, whatever it begins with, and stays", async (t) => {
  const desk = counter(t);
  await desk.demo();
  assert.deepEqual(await desk.demo({ password: "-s3cret" }), []);
  for (const id of ["ada", "lin", "sun"]) assert.equal(await checkPassword("-s3cret", await passwordOf(desk, id)), true, id);
  assert.deepEqual(await desk.demo(), []);
  assert.equal(await checkPassword("-s3cret", await passwordOf(desk, "ada")), true);
});

test("with an administrator's password from the first start nobody has the well-known one", async (t) => {
  const desk = counter(t);
  assert.deepEqual(await desk.demo({ password: "s3cret" }), []);
  assert.equal(await checkPassword("demo", await passwordOf(desk, "ada")), false);
});

test("a password that a person set is not replaced", async (t) => {
  const desk = counter(t);
  await desk.demo();
  await runCommand(desk, ["agent", "add", "demo", "ada", "--password", "hers"]);
  assert.deepEqual(await desk.demo({ password: "s3cret" }), []);
  assert.equal(await checkPassword("hers", await passwordOf(desk, "ada")), true);
});

test("a demo site that moved has its new origins, and without one the tenant stays as it is", async (t) => {
  const desk = counter(t);
  await desk.demo();
  const origins = async () => (await desk.directory.get("tenant", "", "demo"))?.value.origins;
  await desk.demo({ origins: ["http://127.0.0.1:9000"] });
  assert.deepEqual(await origins(), ["http://127.0.0.1:9000"]);
  const before = await desk.directory.revision();
  await desk.demo({ origins: [] });
  assert.equal(await desk.directory.revision(), before);
});

test("a disabled demo, or a disabled account of it, is not brought back", async (t) => {
  const desk = counter(t);
  await desk.demo();
  await runCommand(desk, ["agent", "disable", "demo", "ada"]);
  assert.deepEqual(await desk.demo(), ["lin", "sun"]);
  await desk.demo({ password: "s3cret" });
  assert.equal((await desk.directory.get("account", "demo", "ada"))?.value.disabled, true);
  await runCommand(desk, ["tenant", "disable", "demo"]);
  const before = await desk.directory.revision();
  await desk.demo({ origins: ["http://127.0.0.1:9000"] });
  assert.equal(await desk.directory.revision(), before);
});
