import assert from "node:assert/strict";
import { test } from "node:test";
import { describe } from "../checker/finding.js";
import { emptyFolder } from "../support/folder.js";
import { killRun } from "./kill-run.js";

test("clients whose server is killed in the middle of their sends lose nothing, show nothing twice, and go on by themselves", async (t) => {
  const load = { conversations: 5, sends: 40, rounds: 2, inFlight: 5 };
  const report = await killRun({ data: emptyFolder(t), ...load, say: (line) => t.diagnostic(line) });
  assert.equal(describe(report.findings), "");
  for (const { in_flight, resumed, resent, round } of report.rounds) {
    assert.ok(in_flight >= load.inFlight, `round ${round} was killed with ${in_flight} sends in flight`);
    assert.ok(resent > 0, `nothing was sent again in round ${round}`);
    assert.equal(resumed, 2 * load.conversations, `both sides of each conversation resume in round ${round}`);
  }
  assert.equal(report.server.resumed, 2 * 2 * load.conversations);
});
