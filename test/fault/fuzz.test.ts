import assert from "node:assert/strict";
import { test } from "node:test";
import { describe } from "../checker/finding.js";
import { emptyFolder } from "../support/folder.js";
import { planOf } from "./fuzz-plan.js";
import { fuzzRun } from "./fuzz-run.js";
import { ownTarget } from "./fuzz-target.js";
import { faultsOf, figuresOf } from "./fuzz-verdict.js";

test("a server that is attacked for a minute stays up, keeps its memory, and lets those who talk in it feel little", async (t) => {
  const seed = Date.now() % 2 ** 31;
  t.diagnostic(`seed ${seed}: npm run fuzz -- --minutes 1 --seed ${seed}`);
  const target = await ownTarget(emptyFolder(t));
  t.after(() => target.stop());
  const report = await fuzzRun(target, { seed, attacks: [], say: (line) => t.diagnostic(line), ...planOf(1) });
  t.diagnostic(figuresOf(report));
  assert.equal(describe(report.findings), "");
  assert.deepEqual(faultsOf(report), []);
});
