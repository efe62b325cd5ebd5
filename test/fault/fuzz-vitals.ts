import { readdirSync, readFileSync } from "node:fs";
import { WebSocket } from "ws";
import type { HouseProcess } from "../support/house-process.js";
import { until } from "../support/until.js";

const MiB = 1_024 * 1_024;
/** Connections of HTTP clients that are kept for a while, and files that a database opens. */
const FILES_MORE = 12;
const SETTLE_MS_MAX = 20_000;

/** What a server holds when nobody does anything to it. */
export interface Vitals {
  readonly at_ms: number;
  readonly sockets: number;
  readonly waits: number;
  readonly files: number;
  /** After a collection. */
  readonly heap_mib: number;
  /** Memory of its own, without the pages of mapped files. */
  readonly anonymous_mib: number;
}

/** Reads them from outside: the operations port, the kernel, and the debugger's port for a collection. */
export async function vitals(house: HouseProcess): Promise<Vitals> {
  return {
    at_ms: performance.now(),
    heap_mib: (await collected(house)) / MiB,
    sockets: await house.counter("deskwire_gateway_sockets"),
    waits: await house.counter("deskwire_gateway_waiting"),
    files: filesOf(house),
    anonymous_mib: Number(/^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${house.pid}/status`, "utf8"))?.[1]) / 1_024,
  };
}

/** Until no more sockets, waits and files are open than before the attackers came. */
export async function settled(house: HouseProcess, before: Vitals): Promise<void> {
  const same = async (): Promise<boolean> =>
    (await house.counter("deskwire_gateway_sockets")) === before.sockets &&
    (await house.counter("deskwire_gateway_waiting")) === before.waits &&
    filesOf(house) <= before.files + FILES_MORE;
  await until("the sockets, waits and files of the attackers to be gone", same, SETTLE_MS_MAX);
}

function filesOf({ pid }: HouseProcess): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** Bytes of the heap that are in use when everything that can go is gone. */
async function collected(house: HouseProcess): Promise<number> {
  const address = /ws:\/\/\S+/.exec(house.complaint)?.[0];
  if (address === undefined) throw new TypeError("the server was started without --inspect");
  const socket = new WebSocket(address);
  try {
    await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
    await asked(socket, 1, "HeapProfiler.collectGarbage");
    return (await asked<{ usedSize: number }>(socket, 2, "Runtime.getHeapUsage")).usedSize;
  } finally {
    socket.close();
  }
}

function asked<R>(socket: WebSocket, id: number, method: string): Promise<R> {
  return new Promise((resolve, reject) => {
    socket.on("error", reject).on("message", (data) => {
      const answer = JSON.parse(String(data)) as { id?: number; result: R };
      if (answer.id === id) resolve(answer.result);
    });
    socket.send(JSON.stringify({ id, method }));
  });
}
