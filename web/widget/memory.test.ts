import assert from "node:assert/strict";
import { test } from "node:test";
import { memoryStorage, type Storage } from "@deskwire/client";
import { Memory } from "./memory.js";

const words = (mid: string) => ({ mid, text: mid, at: 1 });

async function reloaded(storage: Storage): Promise<Memory> {
  const memory = new Memory(storage, "demo");
  await memory.load();
  return memory;
}

/** Writes are done when what was begun before is. */
const written = () => new Promise((resolve) => setImmediate(resolve));

test("the conversation and the first words are there after a reload", async () => {
  const storage = memoryStorage();
  const memory = await reloaded(storage);
  memory.converse("c1");
  memory.write(words("a"));
  memory.write(words("b"));
  memory.drop("a");
  await written();
  const { conversation, first } = await reloaded(storage);
  assert.deepEqual({ conversation, first }, { conversation: "c1", first: [words("b")] });
});

test("two tabs keep each other's first words and conversation", async () => {
  const storage = memoryStorage();
  const [one, other] = [await reloaded(storage), await reloaded(storage)];
  one.write(words("a"));
  await written();
  other.write(words("b"));
  await written();
  one.converse("c1");
  await written();
  other.drop("b");
  await written();
  const { conversation, first } = await reloaded(storage);
  assert.deepEqual({ conversation, first }, { conversation: "c1", first: [words("a")] });
});

test("a storage that refuses costs the reload, not the page", async () => {
  const full = { get: () => undefined, set: () => Promise.reject(new Error("full")), remove: () => undefined };
  const memory = await reloaded(full);
  memory.write(words("a"));
  await memory.load();
  assert.deepEqual(memory.first, [words("a")]);
});

test("loading does not undo what was written before or meanwhile", async () => {
  for (let steps = 0; steps < 12; steps++) {
    const memory = await reloaded(memoryStorage());
    memory.write(words("a"));
    const loading = memory.load();
    for (let step = 0; step < steps; step++) await Promise.resolve();
    memory.converse("c1");
    await loading;
    assert.deepEqual([memory.conversation, memory.first], ["c1", [words("a")]], `written after ${steps} steps`);
  }
});
