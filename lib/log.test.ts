import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";
import { createLogger } from "./log.js";

function capture(level = "info"): { lines: () => Record<string, unknown>[]; log: ReturnType<typeof createLogger> } {
  const written: string[] = [];
  const log = createLogger({ level, name: "deskwire", to: { write: (line) => void written.push(line) } });
  return { lines: () => written.map((line) => JSON.parse(line)), log };
}

test("a line is one JSON object with level, time, name and the fields", () => {
  const { lines, log } = capture();
  log.info({ c: "c_1" }, "appended");
  const [line] = lines();
  assert.deepEqual([line?.["level"], line?.["name"], line?.["c"], line?.["msg"]], ["info", "deskwire", "c_1", "appended"]);
  assert.equal(typeof line?.["time"], "number");
});

test("a request's id is on every line of its child logger", () => {
  const { lines, log } = capture();
  log.child({ request: "r_1" }).warn("slow");
  assert.equal(lines()[0]?.["request"], "r_1");
});

test("tokens, passwords and what people said never reach a line, also by a child's binding", () => {
  const { lines, log } = capture();
  log.child({ token: "geheim" }).info({ password: "geheim", authorization: "geheim", body: { text: "geheim" }, text: "geheim" }, "hello");
  assert.equal(JSON.stringify(lines()).includes("geheim"), false);
});

test("an error keeps its type, message and stack", () => {
  const { lines, log } = capture();
  log.error({ err: new TypeError("no head") }, "failed");
  const err = lines()[0]?.["err"] as Record<string, string>;
  assert.deepEqual([err["type"], err["message"]], ["TypeError", "no head"]);
  assert.match(err["stack"] ?? "", /log\.test/);
});

test("a level below the wanted one writes nothing", () => {
  const { lines, log } = capture("warn");
  log.info("quiet");
  assert.deepEqual(lines(), []);
});

test("no line is lost when the process is killed right after it", async () => {
  const log = new URL("./log.ts", import.meta.url).href;
  const program = `import { createLogger } from ${JSON.stringify(log)};
    const log = createLogger({ level: "info", name: "x" });
    for (let i = 0; i < 500; i++) log.info({ i }, "line");
    process.kill(process.pid, "SIGKILL");`;
  const run = promisify(execFile)(process.execPath, ["--import", "tsx", "--input-type=module", "-e", program]);
  const { stdout } = await run.catch((error: { stdout: string; signal: string }) => error);
  assert.equal(stdout.trimEnd().split("\n").length, 500);
});
