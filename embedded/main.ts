import { readFileSync } from "node:fs";
import { systemClock } from "../lib/clock.js";
import { type Config, describeConfig, loadConfig } from "../lib/config.js";
import { DataFolderError } from "../lib/data-lock-fs.js";
import { ConfigError } from "../lib/environment.js";
import { stopOnSignals } from "../lib/lifecycle.js";
import { createLogger, type Logger } from "../lib/log.js";
import { startHouse } from "./house.js";
import { ExposedDemoError } from "./loopback.js";

const HELP = `
npm start   (or: node dist/embedded/main.js)

Runs all of Deskwire in this process, with its data in ./data: gateway, router, persister and directory.
Settings are environment variables; docs/CONFIG.md lists them. SIGTERM and Ctrl-C finish what was taken, then stop.

  --help   this text
`;

if (process.argv.includes("--help")) {
  process.stdout.write(HELP);
  process.exit(0);
}

const config = settings();
const log = createLogger({ level: config.logLevel, name: "deskwire" });
try {
  log.info({ settings: describeConfig(config) }, "starting");
  const house = await startHouse(config, { clock: systemClock, log });
  stopOnSignals(
    { on: (signal, listener) => process.on(signal, listener), exit: (code) => process.exit(code) },
    house.lifecycle,
    systemClock,
    log,
  );
  log.info(house.addresses, "ready");
  process.stderr.write(welcome(house.addresses));
} catch (error) {
  refuseToStart(error, log);
}

function settings(): Config {
  try {
    return loadConfig(process.env, (path) => readFileSync(path, "utf8"));
  } catch (error) {
    return refuseToStart(error);
  }
}

/** What a person can mend is said in a sentence; what is our fault comes with its stack. */
function refuseToStart(error: unknown, log?: Logger): never {
  const text = sentence(error);
  if (text !== undefined) process.stderr.write(`${text}\n`);
  else if (log) log.fatal({ err: error }, "could not start");
  else throw error;
  process.exit(1);
}

function sentence(error: unknown): string | undefined {
  if (error instanceof ConfigError || error instanceof DataFolderError || error instanceof ExposedDemoError) return error.message;
  const { code, address, port } = error as NodeJS.ErrnoException & { address?: string; port?: number };
  if (code === "EADDRINUSE")
    return `${address}:${port} is in use by another program. Stop that one, or choose another port (docs/CONFIG.md).`;
  if (code === "EADDRNOTAVAIL" || code === "EACCES")
    return `${address}:${port} cannot be listened on (${code}). Choose another address or port (docs/CONFIG.md).`;
  return undefined;
}

function welcome({ gateway, ops, demo }: { gateway: string; ops: string; demo?: string }): string {
  const lines = [`console    ${gateway}/console`, `metrics    ${ops}/metrics`];
  if (demo !== undefined) lines.unshift(`demo site  ${demo}`);
  return `\nDeskwire is ready.\n${lines.map((line) => `  ${line}\n`).join("")}\n`;
}
