import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** The whole embedded server, from its sources. */
const HOUSE = fileURLToPath(new URL("../../embedded/main.ts", import.meta.url));

const START_MS_MAX = 60_000;

export interface HouseOptions {
  readonly data: string;
  /** Settings beside the ports, which are free ones unless given. */
  readonly env?: Readonly<Record<string, string>>;
  /** What is started; the house itself when left out. */
  readonly entry?: string;
  /** Bytes that any file it writes may grow to. */
  readonly fileBytesMax?: number;
}

/** Deskwire in a process of its own, which a test may kill. */
export class HouseProcess {
  readonly #child: ChildProcess;
  readonly #exited: Promise<number | NodeJS.Signals>;
  readonly #logged: Record<string, unknown>[] = [];
  #ready: { readonly gateway: string; readonly ops: string } | undefined;
  #complaint = "";
  #notice: () => void = () => undefined;

  constructor(options: HouseOptions) {
    this.#child = launch(options);
    this.#exited = once(this.#child, "exit").then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals);
    const { stdout, stderr } = this.#child;
    if (!stdout || !stderr) throw new TypeError("the house speaks through pipes");
    createInterface({ input: stdout }).on("line", (line) => this.#read(line));
    stderr.setEncoding("utf8").on("data", (text: string) => (this.#complaint += text));
  }

  /** Starts it; resolves when it serves. */
  static async start(options: HouseOptions): Promise<HouseProcess> {
    const house = new HouseProcess(options);
    await house.serving();
    return house;
  }

  /** Rejects with what it said when it ends instead. */
  async serving(): Promise<void> {
    const ready = new Promise<void>((resolve) => (this.#notice = resolve));
    const slow = AbortSignal.timeout(START_MS_MAX);
    const late = new Promise<never>((_, reject) => slow.addEventListener("abort", () => reject(new Error(this.#why("is not ready")))));
    const ended = this.#exited.then((code) => Promise.reject(new Error(this.#why(`ended with ${code}`))));
    await Promise.race([this.#ready ? Promise.resolve() : ready, ended, late]);
  }

  /** Where clients go. */
  get url(): string {
    return this.#addresses.gateway;
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  /** What it wrote to standard error so far. */
  get complaint(): string {
    return this.#complaint;
  }

  /** Its log, line by line. */
  get log(): readonly Readonly<Record<string, unknown>>[] {
    return this.#logged;
  }

  /** The exit code, or the signal that ended it. */
  get exited(): Promise<number | NodeJS.Signals> {
    return this.#exited;
  }

  /** kill -9: nothing is finished, nothing is said. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#exited;
  }

  /** SIGTERM, as an operator stops it. */
  async stop(): Promise<number | NodeJS.Signals> {
    this.#child.kill("SIGTERM");
    return this.#exited;
  }

  /** It says that it may receive new connections; false too when it is gone. */
  ready(): Promise<boolean> {
    return fetch(`${this.#addresses.ops}/readyz`).then(
      ({ status }) => status === 200,
      () => false,
    );
  }

  /** The counter's value over all its labels that contain these; 0 when it was never touched. */
  async counter(name: string, labels = ""): Promise<number> {
    const text = await (await fetch(`${this.#addresses.ops}/metrics`)).text();
    const lines = text.split("\n").filter((line) => line.startsWith(name) && line.includes(labels) && !line.startsWith("#"));
    return lines.reduce((sum, line) => sum + Number(line.split(" ").at(-1)), 0);
  }

  get #addresses(): { readonly gateway: string; readonly ops: string } {
    if (!this.#ready) throw new TypeError("the house is not ready");
    return this.#ready;
  }

  #read(line: string): void {
    const entry = parsed(line);
    this.#logged.push(entry);
    if (entry["msg"] !== "ready") return;
    this.#ready = { gateway: String(entry["gateway"]), ops: String(entry["ops"]) };
    this.#notice();
  }

  #why(what: string): string {
    return `the house ${what}: ${this.#complaint || JSON.stringify(this.#logged.at(-1) ?? "it said nothing")}`;
  }
}

function launch({ data, env = {}, entry = HOUSE, fileBytesMax }: HouseOptions): ChildProcess {
  const loader = entry.endsWith(".ts") ? ["--import", "tsx"] : [];
  const node = [process.execPath, ...loader, "--enable-source-maps", entry];
  const ports = { DESKWIRE_PORT: "0", DESKWIRE_OPS_PORT: "0", DESKWIRE_DEMO_PORT: "0" };
  const command = fileBytesMax === undefined ? node : ["bash", "-c", `ulimit -f ${fileBytesMax / 1_024}; exec "$@"`, "bash", ...node];
  const [program = "", ...args] = command;
  return spawn(program, args, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...ports, DESKWIRE_DATA: data, ...env } });
}

/** What is no JSON was not said by our logger. */
function parsed(line: string): Record<string, unknown> {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return { msg: line };
  }
}
