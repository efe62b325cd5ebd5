import assert from "node:assert/strict";
import { type FilesSuite, PICTURE, parts } from "./suite.js";

export const removeSuite: FilesSuite = ({ test, factory }) => {
  test("a removed file is nothing; twice is harmless, and its neighbours stay", async (t) => {
    const files = await factory(t, 100);
    const [gone, stays] = [await files.put(PICTURE, parts("x")), await files.put(PICTURE, parts("y"))];
    await files.remove(PICTURE, gone.id);
    await files.remove(PICTURE, gone.id);
    assert.equal(await files.get(gone.id), undefined);
    assert.deepEqual((await files.get(stays.id))?.file, stays);
  });

  test("another user and another tenant remove nothing", async (t) => {
    const files = await factory(t, 100);
    const stored = await files.put(PICTURE, parts("x"));
    await files.remove({ ...PICTURE, tenant: "acme" }, stored.id);
    await files.remove({ ...PICTURE, by: "v_2" }, stored.id);
    assert.deepEqual((await files.get(stored.id))?.file, stored);
  });
};
