import { HouseProcess } from "../support/house-process.js";
import { settled, type Vitals, vitals } from "./fuzz-vitals.js";

/** The server under attack. */
export interface Target {
  readonly url: string;
  /** Rejects when it ends. */
  readonly ended: Promise<never>;
  vitals(): Promise<Vitals>;
  /** Until no more is open than before the attackers came. */
  settled(before: Vitals): Promise<void>;
  /** What it logged that no attack may bring about, and what it wrote beside its log. */
  alarms(): readonly string[];
  stop(): Promise<void>;
}

/** All of 127.0.0.0/8 is this machine; the server is told to exempt only the address that honest clients come from. */
const SETTINGS = { DESKWIRE_EXEMPT_ADDRESSES: "127.0.0.1/32", NODE_OPTIONS: "--inspect=127.0.0.1:0" };

/** A server of our own, of which everything can be seen: from its sources, or as `npm run build` left it. */
export async function ownTarget(data: string, entry?: string): Promise<Target> {
  const house = await HouseProcess.start({ data, env: SETTINGS, ...(entry !== undefined && { entry }) });
  const ended = house.exited.then((code) => Promise.reject(new Error(`the server ended with ${code}: ${house.complaint}`)));
  ended.catch(() => undefined);
  return {
    ...{ url: house.url, ended, alarms: () => alarmsOf(house), stop: () => house.kill() },
    ...{ vitals: () => vitals(house), settled: (before) => settled(house, before) },
  };
}

/** A server that runs: its memory and log are for others to look at. */
export function foreignTarget(url: string): Target {
  const nothing = { sockets: 0, waits: 0, files: 0, heap_mib: 0, anonymous_mib: 0 };
  return {
    ...{ url, ended: new Promise<never>(() => undefined), alarms: () => [], stop: async () => undefined },
    ...{ vitals: async () => ({ at_ms: performance.now(), ...nothing }), settled: async () => undefined },
  };
}

function alarmsOf({ log, complaint }: HouseProcess): string[] {
  const logged = log.filter(({ level }) => level === "error" || level === "fatal" || level === undefined);
  const said = complaint.split("\n").filter((line) => /error|exception|uncaught|unhandled|fatal/i.test(line));
  return [...logged.map((line) => JSON.stringify(line)), ...said];
}
