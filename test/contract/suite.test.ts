import assert from "node:assert/strict";
import { test } from "node:test";
import { needing, type Test } from "./suite.js";

test("an ability the adapter lacks is reported by the test's name with the reason, and the test does not run", async (t) => {
  const names: string[] = [];
  const bodies: Parameters<Test>[1][] = [];
  const report: Test = (name, body) => bodies.push(body) && names.push(name);
  const untouched = t.mock.fn(async () => undefined);
  needing(report, "time", { time: "the server has its own clock" })("an idle life ends", untouched);
  await bodies[0]?.(t);
  assert.deepEqual(names, ["not applicable (the server has its own clock): an idle life ends"]);
  assert.equal(untouched.mock.callCount(), 0);
});

test("an ability the adapter has runs the test as it is", () => {
  const plain: Test = () => undefined;
  assert.equal(needing(plain, "time", {}), plain);
});
