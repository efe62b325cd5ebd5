import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** The embedded server as `npm start` runs it: a process of its own, on free ports and an empty data folder. */
export class House {
  readonly url: string;
  readonly ops: string;
  readonly data: string;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, data: string, { gateway, ops }: Addresses) {
    this.#child = child;
    this.data = data;
    this.url = gateway;
    this.ops = ops;
  }

  /** Resolves when it is ready. `settings` are environment variables. */
  static async start(settings: Readonly<Record<string, string>>): Promise<House> {
    const data = mkdtempSync(join(tmpdir(), "deskwire-bench-"));
    const ports = { DESKWIRE_DATA: data, DESKWIRE_PORT: "0", DESKWIRE_OPS_PORT: "0", DESKWIRE_DEMO_PORT: "0" };
    const child = spawn(process.execPath, ["--enable-source-maps", "dist/embedded/main.js"], {
      env: { PATH: process.env["PATH"], ...ports, ...settings },
      stdio: ["ignore", "pipe", "inherit"],
    });
    // A run that is broken off leaves no server behind.
    process.once("exit", () => child.kill());
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
    return new House(child, data, await ready(child));
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  async stop(): Promise<void> {
    const over = once(this.#child, "exit");
    this.#child.kill("SIGTERM");
    await over;
    rmSync(this.data, { recursive: true, force: true });
  }
}

interface Addresses {
  readonly gateway: string;
  readonly ops: string;
}

/** The log is read to its end, so that the server never waits for us. */
function ready(child: ChildProcess): Promise<Addresses> {
  return new Promise((resolve, reject) => {
    const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
    lines.on("line", (line) => {
      const said = JSON.parse(line) as Addresses & { readonly msg?: string };
      if (said.msg === "ready") resolve(said);
    });
    child.once("exit", () => reject(new Error('The server did not start. Is it built? Run "npm run build" first.')));
  });
}
