import assert from "node:assert/strict";
import { test } from "node:test";
import { TABLE } from "../../lib/config.js";
import { emptyFolder } from "../support/folder.js";
import { drainRun } from "./drain-run.js";
import { faultsOf, figuresOf } from "./drain-verdict.js";

test("clients of a server that is told to stop leave one after another, are answered what they sent, and miss nothing when it is back", async (t) => {
  const terms = { per_s: 50, deadline_ms: TABLE.drainMs.default };
  const report = await drainRun({
    data: emptyFolder(t),
    clients: 60,
    talk_ms: 1_500,
    per_s: terms.per_s,
    say: (line) => t.diagnostic(line),
  });
  t.diagnostic(figuresOf(report, terms));
  assert.deepEqual(faultsOf(report, terms), []);
});
