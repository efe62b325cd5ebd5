import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { emptyFolder } from "./support/folder.js";
import { HouseProcess } from "./support/house-process.js";

/** Ends by itself, with what it says to a person. */
async function refusal(options: ConstructorParameters<typeof HouseProcess>[0]): Promise<readonly [code: unknown, said: string]> {
  const house = new HouseProcess(options);
  return [await house.exited, house.complaint];
}

test("a second process on the data folder says who has it, and exits", async (t) => {
  const data = emptyFolder(t);
  const house = await HouseProcess.start({ data });
  t.after(() => house.kill());
  const [code, said] = await refusal({ data });
  assert.equal(code, 1);
  assert.match(said, new RegExp(`^The data folder ${data} is in use by process ${house.pid}\\. Stop that one, or .*DESKWIRE_DATA\\.\n$`));
});

test("a data folder that cannot be made is named, and nothing is started", async (t) => {
  const file = join(emptyFolder(t), "file");
  writeFileSync(file, "");
  const [code, said] = await refusal({ data: join(file, "data") });
  assert.equal(code, 1);
  assert.match(said, /^The data folder .* cannot be written \(ENOTDIR\)\. Make it writable, or .*\n$/);
});

test("a disk without room is named at the start, and nothing is started", async (t) => {
  const [code, said] = await refusal({ data: emptyFolder(t), fileBytesMax: 0 });
  assert.equal(code, 1);
  assert.match(said, /^The data folder .* cannot be written \(EFBIG\)\. Make it writable, or .*\n$/);
});

test("a port that is taken is named with what to do", async (t) => {
  const house = await HouseProcess.start({ data: emptyFolder(t) });
  t.after(() => house.kill());
  const { port } = new URL(house.url);
  const [code, said] = await refusal({ data: emptyFolder(t), env: { DESKWIRE_PORT: port } });
  assert.equal(code, 1);
  assert.match(said, new RegExp(`^127\\.0\\.0\\.1:${port} is in use by another program\\.`));
});

test("a setting nobody knows is named", async (t) => {
  const [code, said] = await refusal({ data: emptyFolder(t), env: { DESKWIRE_PROT: "1" } });
  assert.equal(code, 1);
  assert.match(said, /DESKWIRE_PROT/);
});
