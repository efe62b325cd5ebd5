import assert from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { emptyFolder } from "../support/folder.js";
import { HouseProcess } from "../support/house-process.js";
import { check } from "./check.js";
import { type FindingName, describe as tell } from "./finding.js";
import type { SABOTEURS } from "./saboteurs.js";
import { workingDay } from "./working-day.js";

const SABOTAGED = fileURLToPath(new URL("sabotaged-house.ts", import.meta.url));
/** A window that the day's talk outgrows, so that history is read; and no limit on how fast it goes. */
const SETTINGS = {
  ...{ DESKWIRE_WINDOW_ENTRIES: "40", DESKWIRE_UNSETTLED_MAX: "39" },
  ...{ DESKWIRE_SENDS_PER_S: "1000", DESKWIRE_SENDS_BURST: "1000", DESKWIRE_IN_FLIGHT: "200" },
};
/** A day does not last as long as a hole may; holes that are open at its end are older than this. */
const HOLE_MS_MAX = 2_500;

const CAUGHT: Readonly<Record<Exclude<keyof typeof SABOTEURS, "slow journal">, FindingName>> = {
  "ack before durable": "false ack",
  "duplicate acked while unsettled": "false ack",
  "resume off by one": "silent gap",
  "dedupe off": "twice",
  "epoch ignored": "order",
  "hole not noticed": "silent gap",
  "two assignees": "double",
  "altered content": "altered",
  "row never stored": "lost",
};

async function findings(t: TestContext, env: Record<string, string>) {
  const data = emptyFolder(t);
  const history = await workingDay(() => HouseProcess.start({ data, entry: SABOTAGED, env: { ...SETTINGS, ...env } }));
  return check(history, { holeMsMax: HOLE_MS_MAX });
}

describe("the checker reads a day of the real server", { concurrency: 2 }, () => {
  test("nothing is found when the server keeps its promises through a kill -9", async (t) => {
    assert.equal(tell(await findings(t, {})), "");
  });

  test("nothing is found when the journal is only slow", async (t) => {
    assert.equal(tell(await findings(t, { SABOTEUR: "slow journal" })), "");
  });

  for (const [saboteur, name] of Object.entries(CAUGHT)) {
    test(`a server with "${saboteur}" is caught as ${name}`, async (t) => {
      const found = await findings(t, { SABOTEUR: saboteur });
      assert.ok(
        found.some((finding) => finding.name === name),
        `no ${name} among ${found.length} findings: ${tell(found.slice(0, 5))}`,
      );
    });
  }
});
