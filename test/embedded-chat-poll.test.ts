import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { chatContract } from "./contract/chat.js";
import { HouseProcess } from "./support/house-process.js";
import { pollLine } from "./support/poll-peer.js";

const data = mkdtempSync(join(tmpdir(), "deskwire-"));
const house = await HouseProcess.start({ data, env: { DESKWIRE_WAIT_LINGER_MS: "1000" } });
after(async () => {
  await house.kill();
  rmSync(data, { recursive: true, force: true });
});

chatContract({
  ...{ test, url: house.url, visitors: pollLine },
  cannot: {
    signals: "over HTTP only what has a place in the order is waited for",
    frames: "commands are carried as HTTP calls, of which each is judged for itself",
    closes: "the server speaks only when it is asked",
  },
});
