import { join } from "node:path";
import { runCommand } from "../../directory/commands.js";
import { DirectoryClient } from "../../directory/directory-grpc.js";
import { systemClock } from "../../lib/clock.js";

/** An operator's command on the running server of a data folder, as `npx deskwire` gives it. `files` are what the command reads. */
export async function operate(data: string, files: Readonly<Record<string, string>>, ...argv: string[]): Promise<string> {
  const directory = new DirectoryClient({ address: `unix:${join(data, "admin.sock")}`, clock: systemClock });
  try {
    return await runCommand({ directory, now: () => systemClock.now(), readFile: (path) => files[path] ?? "" }, argv);
  } finally {
    directory.close();
  }
}
