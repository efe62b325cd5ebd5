import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { helpOn } from "../scripts/command.js";
import { HouseProcess } from "../test/support/house-process.js";
import { Floor, type Speaker } from "./floor.js";
import { ascending, conclude, cpuSeconds, machine, percentile, spread } from "./report.js";

const HELP = `
npm run bench:embedded [-- options]

The whole process as \`npm start\` runs it, on an empty data folder, against sockets of this process on the same machine. Visitors and
agents of every conversation send in turn; a reply counts when it says that the message is durable.

  --rate N            sends a second of the latency runs (1000), at fixed times: a late reply delays nobody else's send
  --conversations N   (64)
  --seconds N         length of a run (10)
  --runs N            runs of each kind (3)
  --help              this text
`;

const P99_MS_MAX = 25;
const DURABLE_PER_S_MIN = 3_000;
/** Unanswered sends of one speaker at most load; a socket may have 32 in flight. */
const IN_FLIGHT = 8;
/** The limits that protect a server from one client would be what is measured. */
const SETTINGS = {
  ...{ DESKWIRE_SENDS_PER_S: "100000", DESKWIRE_SENDS_BURST: "100000", DESKWIRE_IN_FLIGHT: "1000" },
  ...{ DESKWIRE_SENDS_PER_USER: "100000/s", DESKWIRE_SENDS_PER_TENANT: "100000/s", DESKWIRE_COMMANDS_PER_SOCKET: "100000/s" },
};
const TEXT = "My parcel with the two tins of tea was to arrive on Monday. Where is it?";

interface Run {
  readonly latencies_ms: readonly number[];
  readonly refused: number;
  readonly seconds: number;
  readonly serverCores: number;
  readonly ownCores: number;
}

helpOn(process.argv, HELP);
const options = {
  rate: { type: "string" },
  conversations: { type: "string" },
  seconds: { type: "string" },
  runs: { type: "string" },
} as const;
const { values } = parseArgs({ options });
const rate = Number(values.rate ?? 1_000);
const conversations = Number(values.conversations ?? 64);
const seconds = Number(values.seconds ?? 10);
const runs = Number(values.runs ?? 3);

const data = mkdtempSync(join(tmpdir(), "deskwire-bench-"));
const house = await HouseProcess.start({ data, env: SETTINGS, entry: "dist/embedded/main.js" });
// A run that is broken off leaves no server behind.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void house.kill().then(() => process.exit(1)));
let mids = 0;
try {
  await report();
} finally {
  await house.stop();
  rmSync(data, { recursive: true, force: true });
}

async function report(): Promise<void> {
  console.log(`machine   ${machine()}`);
  console.log(`settings  ${conversations} conversations, two speakers each; server and generator share the machine; ${text(SETTINGS)}`);
  console.log(`disk      fsync ${spread(fsyncs(join(data, "probe")), 2)} ms, 50 times 4 KiB in the data folder`);
  const floor = await Floor.fill(house.url, conversations);
  await atRate(floor, 2);
  const paced: Run[] = [];
  for (let run = 1; run <= runs; run++) paced.push(await told(`${rate} sends/s, run ${run}`, () => atRate(floor, seconds)));
  const most: Run[] = [];
  for (let run = 1; run <= runs; run++) most.push(await told(`most load, run ${run}`, () => atMost(floor, seconds)));
  floor.leave();
  judge(paced, most);
}

/** Sends at fixed times, whoever has been answered: latency counts from when a send was due. */
async function atRate(floor: Floor, length_s: number): Promise<Run> {
  return measured(async (latencies_ms, refuse) => {
    const { speakers } = floor;
    const begin = performance.now();
    let sent = 0;
    let answered = 0;
    while (answered < rate * length_s) {
      const due = Math.min(rate * length_s, Math.floor(((performance.now() - begin) / 1_000) * rate));
      for (; sent < due; sent++) {
        const due_ms = begin + (sent * 1_000) / rate;
        send(speakers[sent % speakers.length] as Speaker, (good) => {
          answered++;
          if (good) latencies_ms.push(performance.now() - due_ms);
          else refuse();
        });
      }
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  });
}

/** Every speaker has some sends unanswered at any time. */
async function atMost(floor: Floor, length_s: number): Promise<Run> {
  return measured(async (latencies_ms, refuse) => {
    const end = performance.now() + length_s * 1_000;
    const one = (speaker: Speaker): Promise<void> =>
      new Promise((resolve) => {
        const again = (): void => {
          const since = performance.now();
          if (since >= end) return resolve();
          send(speaker, (good) => {
            if (good) latencies_ms.push(performance.now() - since);
            else refuse();
            again();
          });
        };
        again();
      });
    await Promise.all(floor.speakers.flatMap((speaker) => Array.from({ length: IN_FLIGHT }, () => one(speaker))));
  });
}

function send(speaker: Speaker, answered: (good: boolean) => void): void {
  const { chatter, c, read } = speaker;
  const mid = `b${++mids}`;
  chatter.ask("send", { c, mid, kind: "text", body: { text: TEXT }, since: read }, ({ error, pos }) => {
    speaker.read = pos ?? read;
    answered(error === undefined);
  });
}

async function measured(work: (latencies_ms: number[], refuse: () => void) => Promise<void>): Promise<Run> {
  const latencies_ms: number[] = [];
  let refused = 0;
  const before = { at: performance.now(), server: cpuSeconds(house.pid), own: cpuSeconds(process.pid) };
  await work(latencies_ms, () => refused++);
  const took = (performance.now() - before.at) / 1_000;
  return {
    latencies_ms: ascending(latencies_ms),
    refused,
    seconds: took,
    serverCores: (cpuSeconds(house.pid) - before.server) / took,
    ownCores: (cpuSeconds(process.pid) - before.own) / took,
  };
}

async function told(what: string, run: () => Promise<Run>): Promise<Run> {
  const result = await run();
  const { latencies_ms, refused, serverCores, ownCores } = result;
  const at = (p: number): string => percentile(latencies_ms, p).toFixed(1);
  const cores = `server ${serverCores.toFixed(2)} cores, generator ${ownCores.toFixed(2)}`;
  console.log(
    `${what.padEnd(24)} ${perSecond(result).toFixed(0)} durable/s, reply p50 ${at(0.5)} p99 ${at(0.99)} max ${at(1)} ms, ${refused} refused; ${cores}`,
  );
  return result;
}

function perSecond({ latencies_ms, seconds: took }: Run): number {
  return latencies_ms.length / took;
}

function judge(paced: readonly Run[], most: readonly Run[]): void {
  const p99s = paced.map(({ latencies_ms }) => percentile(latencies_ms, 0.99));
  const rates = most.map(perSecond);
  const refused = [...paced, ...most].reduce((sum, run) => sum + run.refused, 0);
  const cores = percentile(ascending(most.map(({ serverCores }) => serverCores)), 0.5);
  console.log(`p99 at ${rate}/s  ${spread(p99s, 1)} ms over ${runs} runs`);
  console.log(`most load     ${spread(rates, 0)} durable sends/s over ${runs} runs, limited by ${limit(cores)}`);
  conclude([
    {
      what: `send -> reply p99 ≤ ${P99_MS_MAX} ms at ${rate} sends/s over ${conversations} conversations`,
      holds: percentile(ascending(p99s), 0.5) <= P99_MS_MAX,
    },
    { what: `≥ ${DURABLE_PER_S_MIN} durable sends/s at most load`, holds: percentile(ascending(rates), 0.5) >= DURABLE_PER_S_MIN },
    { what: "no send was refused", holds: refused === 0 },
  ]);
}

function limit(serverCores: number): string {
  const used = `the server used ${serverCores.toFixed(2)} cores, its event loop is one`;
  return serverCores > 0.9 ? `the server's event loop (${used})` : `the disk and the sends in flight (${used})`;
}

function fsyncs(path: string): number[] {
  const file = openSync(path, "w");
  const block = Buffer.alloc(4_096, 1);
  const figures = Array.from({ length: 50 }, () => {
    const since = performance.now();
    writeSync(file, block);
    fsyncSync(file);
    return performance.now() - since;
  });
  closeSync(file);
  return figures;
}

function text(settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}`)
    .join(" ");
}
