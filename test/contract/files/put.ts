import assert from "node:assert/strict";
import { type FilesSuite, PICTURE, parts, textOf } from "./suite.js";

export const putSuite: FilesSuite = ({ test, factory }) => {
  test("a file is kept with its name, its type, its giver and the bytes it has", async (t) => {
    const files = await factory(t, 100);
    const stored = await files.put(PICTURE, parts("one ", "two"));
    const { id, ...rest } = stored;
    assert.deepEqual(rest, { ...PICTURE, bytes: 7 });
    assert.match(id, /^[\w-]{22,64}$/);
  });

  test("the same content twice is two files with ids that do not follow each other", async (t) => {
    const files = await factory(t, 100);
    const ids = await Promise.all(Array.from({ length: 20 }, async () => (await files.put(PICTURE, parts("x"))).id));
    assert.equal(new Set(ids.map((id) => id.slice(0, 8))).size, 20);
  });

  test("a file of just the limit is taken; one byte more is too large, and nothing of it is kept", async (t) => {
    const files = await factory(t, 7);
    await files.put(PICTURE, parts("1234567"));
    await assert.rejects(files.put(PICTURE, parts("1234567", "8")), { code: "too_large" });
    const { id } = await files.put(PICTURE, parts("after"));
    assert.equal(await textOf((await files.get(id))?.content() ?? parts()), "after");
  });

  test("content that ends in the middle leaves nothing, and its reason comes through", async (t) => {
    const files = await factory(t, 100);
    async function* cut(): AsyncIterable<Uint8Array> {
      yield Buffer.from("half of ");
      throw new Error("the sender went away");
    }
    await assert.rejects(files.put(PICTURE, cut()), { message: "the sender went away" });
  });

  test("an empty file is a file", async (t) => {
    const files = await factory(t, 100);
    const { id, bytes } = await files.put(PICTURE, parts());
    assert.deepEqual([bytes, await textOf((await files.get(id))?.content() ?? parts("none"))], [0, ""]);
  });
};
