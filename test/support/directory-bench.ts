import { join } from "node:path";
import type { TestContext } from "node:test";
import { runCommand } from "../../directory/commands.js";
import { Desk } from "../../directory/desk.js";
import { LmdbDirectory } from "../../directory/directory-lmdb.js";
import type { FakeClock } from "../../lib/clock-fake.js";
import { TENANT } from "../contract/broker/chat.js";
import { emptyFolder } from "./folder.js";
import { log } from "./log.js";

export interface Bench {
  readonly clock: FakeClock;
  readonly desk: Desk;
  /** As `npx deskwire` does it, and seen by everybody. */
  command(...argv: string[]): Promise<void>;
}

/** A real directory with one shop: agents Ada (support) and Lin (sales), supervisor Sun, password `secret`. */
export async function directoryBench(t: TestContext, clock: FakeClock): Promise<Bench> {
  const directory = new LmdbDirectory({ path: join(emptyFolder(t), "directory") });
  const desk = new Desk({ directory, clock, log });
  t.after(async () => {
    await desk.stop();
    await directory.close();
  });
  const command = async (...argv: string[]): Promise<void> => {
    await runCommand({ directory, now: () => clock.now(), readFile: () => "" }, argv);
    await desk.look();
  };
  await command("tenant", "add", TENANT, "--name", "Shop", "--topic", "support", "--topic", "sales", "--origin", "https://shop.example");
  await command("agent", "add", TENANT, "ada", "--name", "Ada", "--password", "secret", "--topic", "support");
  await command("agent", "add", TENANT, "lin", "--name", "Lin", "--password", "secret", "--topic", "sales");
  await command("agent", "add", TENANT, "sun", "--name", "Sun", "--role", "supervisor", "--password", "secret");
  await desk.start();
  return { clock, desk, command };
}
