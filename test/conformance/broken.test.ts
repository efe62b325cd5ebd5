import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { DEMO } from "../contract/chat/stage.js";
import { emptyFolder } from "../support/folder.js";
import { HouseProcess } from "../support/house-process.js";
import type { BROKEN_RULES } from "./broken-rules.js";
import { meant, playAll } from "./kit.js";

const BROKEN = fileURLToPath(new URL("broken-house.ts", import.meta.url));

interface Caught {
  /** Which cases are run. */
  readonly filter: string;
  /** Those among them that hold the rule. */
  readonly by: readonly string[];
}

const CAUGHT: Readonly<Record<keyof typeof BROKEN_RULES, Caught>> = {
  "a retried mid gets a new position": {
    filter: "talking: the same mid",
    by: [
      "talking: the same mid with the same content is the same message: same place, dup, one event",
      "talking: the same mid at the same moment from two sockets is one message",
      "talking: the same mid with other content is a conflict and changes nothing",
    ],
  },
  "a visitor is shown notes": {
    filter: "note",
    by: [
      "talking: a note is seen by agents; the visitor gets a skip in its place",
      "taking back: an agent takes a note back, also one who only reads along: colleagues see it withdrawn, the visitor is skipped",
      "promises: a note is nowhere to be seen for the visitor: not live, not in a page, not in what it resumes",
    ],
  },
  "what is somebody else's is refused in other words than what is not there": {
    filter: "promises",
    by: ["promises: what is not there and what is somebody else's are refused in the same words, on a socket and over HTTP"],
  },
  "a skip is dropped": {
    filter: "a skip",
    by: ["talking: a note is seen by agents; the visitor gets a skip in its place"],
  },
  "history is out of order": {
    filter: "history",
    by: [
      "reading back: history pages go back to the beginning and forward to the end, ascending, each message once",
      "calling over HTTP: GET messages reads pages as history does",
      "transcripts: as data it holds what history holds, from the beginning or after a position",
      "promises: everybody is shown the same order: both sides, a second connection, and history",
      "promises: history pages of any size are the same conversation, each place in it once",
    ],
  },
};

describe("a server that breaks one rule fails the cases that hold it, and no other", { concurrency: 2 }, () => {
  for (const [rule, { filter, by }] of Object.entries(CAUGHT)) {
    test(rule, async (t) => {
      const house = await HouseProcess.start({ data: emptyFolder(t), entry: BROKEN, env: { BROKEN_RULE: rule } });
      t.after(() => house.kill());
      const cases = meant({ url: house.url, desk: DEMO, transport: "websocket", filter });
      const results = await playAll(cases, () => undefined);
      assert.ok(results.length > by.length, "nothing shows that other cases are green");
      const failed = results.filter(({ outcome }) => outcome === "failed").map(({ group, name }) => `${group}: ${name}`);
      assert.deepEqual(failed, by);
    });
  }
});
