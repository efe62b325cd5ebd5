import assert from "node:assert/strict";
import { test } from "node:test";
import { Semaphore } from "./semaphore.js";
import { turn } from "./turn.js";

/** Tasks that end when the test says so. */
function stage(most: number, waiting: number) {
  const semaphore = new Semaphore({ most, waiting, retry_after_ms: 500 });
  const begun: string[] = [];
  const ends = new Map<string, (error?: Error) => void>();
  const run = (name: string): Promise<string> =>
    semaphore.run(() => {
      begun.push(name);
      return new Promise((resolve, reject) => ends.set(name, (error) => (error ? reject(error) : resolve(name))));
    });
  const end = async (name: string, error?: Error): Promise<void> => {
    ends.get(name)?.(error);
    await turn();
  };
  return { begun, run, end };
}

test("no more than so many run at once, and the others in the order they came", async () => {
  const { begun, run, end } = stage(2, 10);
  const all = ["a", "b", "c", "d"].map(run);
  await turn();
  assert.deepEqual(begun, ["a", "b"]);
  await end("b");
  assert.deepEqual(begun, ["a", "b", "c"]);
  await end("a");
  await end("c");
  await end("d");
  assert.deepEqual(await Promise.all(all), ["a", "b", "c", "d"]);
});

test("a task that fails gives its place on", async () => {
  const { begun, run, end } = stage(1, 10);
  const [first, second] = [run("a"), run("b")];
  const failed = assert.rejects(first, /fell/);
  await turn();
  await end("a", new Error("it fell"));
  await failed;
  assert.deepEqual(begun, ["a", "b"]);
  await end("b");
  assert.equal(await second, "b");
});

test("beyond so many waiting a task is refused as busy, with when to come back, and never begun", async () => {
  const { begun, run, end } = stage(1, 1);
  const taken = [run("a"), run("b")];
  await turn();
  await assert.rejects(run("c"), { code: "busy", retry_after_ms: 500 });
  await end("a");
  await end("b");
  await Promise.all(taken);
  assert.deepEqual(begun, ["a", "b"]);
});

test("a place that is given on is not taken by who comes in between", async () => {
  const { begun, run, end } = stage(1, 10);
  const first = run("a");
  const second = run("b");
  const late = first.then(() => run("c"));
  await turn();
  await end("a");
  assert.deepEqual(begun, ["a", "b"]);
  await end("b");
  await end("c");
  assert.deepEqual(await Promise.all([second, late]), ["b", "c"]);
});
