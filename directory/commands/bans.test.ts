import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { openDirectory } from "../../test/support/directories.js";
import { runCommand, UsageError } from "../commands.js";

const NOW = Date.parse("2030-01-01T00:00:00Z");

async function desk(t: TestContext) {
  const directory = openDirectory(t);
  let now = NOW;
  const run = (...words: string[]): Promise<string> => runCommand({ directory, now: () => now, readFile: () => "" }, words);
  await run("tenant", "add", "acme");
  await run("agent", "add", "acme", "maria", "--password", "secret words");
  const pass = (by_ms: number): void => {
    now += by_ms;
  };
  return { run, directory, pass };
}

const usage = (said: RegExp) => (error: unknown) => error instanceof UsageError && said.test(error.message);

test("a ban stands for good or until its time, is listed while it holds, and is lifted", async (t) => {
  const { run, directory, pass } = await desk(t);
  await run("ban", "add", "acme", "v_1");
  await run("ban", "add", "acme", "site's own id", "--until", "2030-01-01T01:00:00Z");
  assert.deepEqual((await directory.get("ban", "acme", "v_1"))?.value, {});
  assert.deepEqual((await directory.get("ban", "acme", "site's own id"))?.value, { until: NOW + 3_600_000 });
  assert.deepEqual((await run("ban", "list", "acme")).split("\n").sort(), [
    "site's own id  until 2030-01-01T01:00:00.000Z",
    "v_1  for good",
  ]);
  pass(3_600_000);
  assert.equal(await run("ban", "list", "acme"), "v_1  for good");
  await run("ban", "lift", "acme", "v_1");
  assert.equal(await run("ban", "list", "acme"), "");
});

test("a ban that is added again stands as it was said last", async (t) => {
  const { run, directory } = await desk(t);
  await run("ban", "add", "acme", "v_1", "--until", "2030-02-01T01:00:00+08:00");
  await run("ban", "add", "acme", "v_1");
  assert.deepEqual((await directory.get("ban", "acme", "v_1"))?.value, {});
});

test("an account, a time that is over or has no zone, a tenant or a ban that is not there: each is told what to do", async (t) => {
  const { run } = await desk(t);
  await assert.rejects(run("ban", "add", "acme", "maria"), usage(/has an account/));
  await assert.rejects(run("ban", "add", "acme", "v_1", "--until", "2029-12-31T23:59:59Z"), usage(/is over/));
  await assert.rejects(run("ban", "add", "acme", "v_1", "--until", "2031-01-01T00:00:00"), usage(/with its zone/));
  await assert.rejects(run("ban", "add", "nowhere", "v_1"), usage(/no tenant "nowhere"/));
  await assert.rejects(run("ban", "lift", "acme", "v_1"), usage(/no ban "v_1"/));
});
