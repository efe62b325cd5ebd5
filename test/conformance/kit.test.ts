import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { emptyFolder } from "../support/folder.js";
import { HouseProcess } from "../support/house-process.js";
import type { Report } from "./report.js";

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));

interface Run {
  readonly code: number;
  readonly said: string;
}

/** As `npm run conformance -- …`. */
async function kit(...args: readonly string[]): Promise<Run> {
  const child = spawn(process.execPath, ["--import", "tsx", MAIN, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", (text: string) => (said += text));
  const [code] = await once(child, "close");
  return { code: code as number, said };
}

describe("the kit is green against the embedded server", { concurrency: 2 }, () => {
  for (const transport of ["websocket", "long-poll"]) {
    test(`over ${transport}`, async (t) => {
      const folder = emptyFolder(t);
      const house = await HouseProcess.start({ data: join(folder, "data"), env: { DESKWIRE_WAIT_LINGER_MS: "1000" } });
      t.after(() => house.kill());
      const file = join(folder, "report.json");
      const { code, said } = await kit("--url", house.url, "--transport", transport, "--report", file);
      const report = JSON.parse(readFileSync(file, "utf8")) as Report;
      const failed = report.cases.filter(({ outcome }) => outcome === "failed");
      assert.deepEqual(failed, [], said.slice(-2_000));
      assert.deepEqual([code, report.server, report.transport, report.failed], [0, house.url, transport, 0]);
      assert.ok(report.passed >= 100, `${report.passed} cases passed`);
      assert.equal(report.passed + report.not_applicable, report.cases.length);
    });
  }
});

test("names are listed once each, and there are more than a hundred", async () => {
  const { said } = await kit("--list");
  const names = said.trim().split("\n");
  assert.ok(names.length > 100, `${names.length} names`);
  assert.deepEqual(
    names.filter((name, i) => names.indexOf(name) !== i),
    [],
  );
});

test("a server that is not there fails every case, and the exit says so", async () => {
  const { code, said } = await kit("--url", "http://127.0.0.1:9", "--filter", "hello announces");
  assert.equal(code, 1);
  assert.match(said, /FAIL promises: hello announces .*\n.*\n*.*0 passed, 1 failed/s);
});

test("options that make no sense are complained of", async () => {
  for (const args of [["--transport", "pigeon"], ["--agent", "ada"], ["--agent", "ada:demo"], ["--filter", "no such case"], ["--colour"]])
    assert.equal((await kit(...args)).code, 2, args.join(" "));
});
