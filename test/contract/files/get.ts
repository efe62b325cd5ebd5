import assert from "node:assert/strict";
import { type FilesSuite, PICTURE, parts, textOf } from "./suite.js";

export const getSuite: FilesSuite = ({ test, factory }) => {
  test("what was put is read back, byte by byte", async (t) => {
    const files = await factory(t, 1_000_000);
    const long = "0123456789".repeat(30_000);
    const stored = await files.put({ ...PICTURE, name: '../../茶 "x".png' }, parts(long, "end"));
    const kept = await files.get(stored.id);
    assert.deepEqual(kept?.file, stored);
    assert.equal(await textOf(kept?.content() ?? parts()), `${long}end`);
  });

  test("an id that was never given is nothing, whatever it looks like", async (t) => {
    const files = await factory(t, 100);
    const { id } = await files.put(PICTURE, parts("x"));
    for (const stranger of [`${id.slice(0, -1)}!`, "", ".", "..", "../incoming", `${id}.json`, "f_0000000000000000000000", "/etc/passwd"])
      assert.equal(await files.get(stranger), undefined, stranger);
  });
};
