import assert from "node:assert/strict";
import { test } from "node:test";
import { Gate } from "../test/support/gate.js";
import { turns } from "../test/support/until.js";
import { Lanes } from "./lanes.js";

test("tasks of one key run one after another in the order they came, those of others side by side", async () => {
  const lanes = new Lanes();
  const [gate, ran]: [Gate, string[]] = [new Gate(), []];
  const task = (name: string, until?: Promise<void>) => async () => {
    ran.push(`${name} begins`);
    await until;
    ran.push(`${name} ends`);
  };
  const all = [lanes.run("a", task("a1", gate.opened)), lanes.run("a", task("a2")), lanes.run("b", task("b1"))];
  await turns();
  assert.deepEqual(ran, ["a1 begins", "b1 begins", "b1 ends"]);
  gate.open();
  await Promise.all(all);
  assert.deepEqual(ran.slice(3), ["a1 ends", "a2 begins", "a2 ends"]);
});

test("a task's answer or failure is its own, and the next one runs all the same", async () => {
  const lanes = new Lanes();
  const [first, second] = [lanes.run("a", () => Promise.reject(new Error("broken"))), lanes.run("a", async () => "done")];
  await assert.rejects(first, /broken/);
  assert.equal(await second, "done");
});

test("a lane that is idle runs its next task at once", async () => {
  const lanes = new Lanes();
  await lanes.run("a", async () => undefined);
  await turns();
  let ran = false;
  const next = lanes.run("a", async () => {
    ran = true;
  });
  assert.equal(ran, true);
  await next;
});
