import assert from "node:assert/strict";
import { test } from "node:test";
import { Batcher } from "./batcher.js";
import { DeskError } from "./errors.js";
import { turn } from "./turn.js";

interface Flush {
  readonly items: readonly string[];
  readonly resolve: (results: readonly string[]) => void;
  readonly reject: (error: Error) => void;
}

const LIMITS = { count_max: 3, bytes_max: 10, pending_max: 6 };

function held(limits = LIMITS): { batcher: Batcher<string, string>; flushes: Flush[] } {
  const flushes: Flush[] = [];
  const flush = (items: readonly string[]): Promise<readonly string[]> =>
    new Promise((resolve, reject) => flushes.push({ items, resolve, reject }));
  return { batcher: new Batcher({ flush, size: (item) => item.length, ...limits }), flushes };
}

/** Lets a flush that is due begin, and every ready promise reaction run. */
async function settled(): Promise<void> {
  await turn();
  await turn();
}

test("items of one call go together", async () => {
  const { batcher, flushes } = held();
  const added = [batcher.add("a"), batcher.add("b")];
  await settled();
  assert.deepEqual(
    flushes.map((flush) => flush.items),
    [["a", "b"]],
  );
  flushes[0]?.resolve(["A", "B"]);
  assert.deepEqual(await Promise.all(added), ["A", "B"]);
});

test("items that arrive apart in one turn of the event loop go together, as those of many sockets do", async () => {
  const { batcher, flushes } = held();
  const first = batcher.add("a");
  await Promise.resolve().then(() => undefined);
  const second = batcher.add("b");
  await settled();
  assert.deepEqual(
    flushes.map((flush) => flush.items),
    [["a", "b"]],
  );
  flushes[0]?.resolve(["A", "B"]);
  assert.deepEqual(await Promise.all([first, second]), ["A", "B"]);
});

test("while a flush runs the next batch gathers, and only one is in flight", async () => {
  const { batcher, flushes } = held();
  const first = batcher.add("a");
  await settled();
  const next = [batcher.add("b"), batcher.add("c")];
  await settled();
  assert.equal(flushes.length, 1);
  flushes[0]?.resolve(["A"]);
  assert.equal(await first, "A");
  await settled();
  assert.deepEqual(flushes[1]?.items, ["b", "c"]);
  flushes[1]?.resolve(["B", "C"]);
  assert.deepEqual(await Promise.all(next), ["B", "C"]);
});

test("a batch ends at the count and at the bytes, and a huge item travels alone", async () => {
  const { batcher, flushes } = held({ ...LIMITS, pending_max: 7 });
  const added = ["a", "b", "c", "d", "eeeeeeee", "fff", "g".repeat(50)].map((item) => batcher.add(item));
  const sizes: number[] = [];
  for (let i = 0; i < 4; i++) {
    await settled();
    const flush = flushes[i];
    sizes.push(flush?.items.length ?? 0);
    flush?.resolve(flush.items);
  }
  await Promise.all(added);
  assert.deepEqual(sizes, [3, 2, 1, 1]);
});

test("a flush that fails rejects its own items, and the next batch goes on", async () => {
  const { batcher, flushes } = held();
  const first = batcher.add("a");
  await settled();
  const second = batcher.add("b");
  flushes[0]?.reject(new Error("disk"));
  await assert.rejects(first, /disk/);
  await settled();
  flushes[1]?.resolve(["B"]);
  assert.equal(await second, "B");
});

test("a full batcher refuses with busy, counting what is in flight, and takes again afterwards", async () => {
  const { batcher, flushes } = held({ ...LIMITS, pending_max: 2 });
  const first = batcher.add("a");
  await settled();
  const second = batcher.add("b");
  await assert.rejects(batcher.add("c"), (error) => error instanceof DeskError && error.code === "busy");
  flushes[0]?.resolve(["A"]);
  await first;
  const third = batcher.add("c");
  await settled();
  flushes[1]?.resolve(["B", "C"]);
  assert.deepEqual(await Promise.all([second, third]), ["B", "C"]);
});

test("a flush with too few results is a bug and rejects", async () => {
  const { batcher, flushes } = held();
  const added = batcher.add("a");
  await settled();
  flushes[0]?.resolve([]);
  await assert.rejects(added, TypeError);
});

test("idle resolves when nothing is gathered or in flight", async () => {
  const { batcher, flushes } = held();
  await batcher.idle();
  const added = batcher.add("a");
  let idle = false;
  const waiting = batcher.idle().then(() => {
    idle = true;
  });
  await settled();
  assert.equal(idle, false);
  flushes[0]?.resolve(["A"]);
  await Promise.all([added, waiting]);
  assert.equal(batcher.pending, 0);
});
