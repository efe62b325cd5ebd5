import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { chatContract } from "./contract/chat.js";
import { HouseProcess } from "./support/house-process.js";

const data = mkdtempSync(join(tmpdir(), "deskwire-"));
const house = await HouseProcess.start({ data });
after(async () => {
  await house.kill();
  rmSync(data, { recursive: true, force: true });
});

chatContract({ test, url: house.url });
