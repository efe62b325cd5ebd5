import { join } from "node:path";
import type { TestContext } from "node:test";
import { DirectoryCache } from "../../directory/cache.js";
import { runCommand } from "../../directory/commands.js";
import { LmdbDirectory } from "../../directory/directory-lmdb.js";
import type { FakeClock } from "../../lib/clock-fake.js";
import { TENANT } from "../contract/broker/chat.js";
import { emptyFolder } from "./folder.js";
import { log } from "./log.js";

export interface Bench {
  readonly clock: FakeClock;
  readonly cache: DirectoryCache;
  /** As `npx deskwire` does it, and seen by everybody. */
  command(...argv: string[]): Promise<void>;
}

/** A real directory with one shop: agents Ada (support) and Lin (sales), supervisor Sun, password `secret`. `files` are what commands read. */
export async function directoryBench(t: TestContext, clock: FakeClock, files: Readonly<Record<string, string>> = {}): Promise<Bench> {
  const directory = new LmdbDirectory({ path: join(emptyFolder(t), "directory") });
  const cache = new DirectoryCache({ directory, clock, log });
  t.after(async () => {
    await cache.stop();
    await directory.close();
  });
  const command = async (...argv: string[]): Promise<void> => {
    await runCommand({ directory, now: () => clock.now(), readFile: (path) => files[path] ?? "" }, argv);
    await cache.look();
  };
  await command("tenant", "add", TENANT, "--name", "Shop", "--topic", "support", "--topic", "sales", "--origin", "https://shop.example");
  await command("agent", "add", TENANT, "ada", "--name", "Ada", "--password", "secret", "--topic", "support");
  await command("agent", "add", TENANT, "lin", "--name", "Lin", "--password", "secret", "--topic", "sales");
  await command("agent", "add", TENANT, "sun", "--name", "Sun", "--role", "supervisor", "--password", "secret");
  await cache.start();
  return { clock, cache, command };
}
