import assert from "node:assert/strict";
import { test } from "node:test";
import { play } from "./play.js";

test("a case that fails is undone all the same, and fails for its own reason", async () => {
  const undone: string[] = [];
  const result = await play({
    group: "any",
    name: "any",
    body: async (t) => {
      t.after(() => void undone.push("first"));
      t.after(() => {
        undone.push("second");
        throw new Error("undoing it failed too");
      });
      throw new Error("not as it should be");
    },
  });
  assert.deepEqual([result.outcome, result.error, undone], ["failed", "not as it should be", ["first", "second"]]);
});

test("a case that holds, and cannot be undone, fails", async () => {
  const body = async (t: Parameters<Parameters<typeof play>[0]["body"]>[0]): Promise<void> =>
    t.after(() => {
      throw new Error("it stays");
    });
  const { outcome, error } = await play({ group: "any", name: "any", body });
  assert.deepEqual([outcome, error], ["failed", "it stays"]);
});
