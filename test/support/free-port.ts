import { once } from "node:events";
import { createServer } from "node:net";

/** Below the range from which the kernel gives ports to outgoing connections. */
const LOWEST = 12_000;
const HIGHEST = 30_000;

/** A port of this machine that nobody listens on, for a server that has to come back at the same address. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST));
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, "127.0.0.1");
  const [taken] = await Promise.race([once(server, "listening").then(() => [false]), once(server, "error").then(() => [true])]);
  if (taken) return false;
  server.close();
  await once(server, "close");
  return true;
}
