import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";

/** A server that listens; rejects with the host's reason when it cannot. Port 0 takes any free one. */
export async function listen(answer: RequestListener, port: number, host: string): Promise<Server> {
  const server = createServer(answer).listen(port, host);
  await once(server, "listening");
  return server;
}

/** Cuts what is open and resolves when nothing of the server is left. */
export async function unlisten(server: Server): Promise<void> {
  const closed = once(server, "close");
  server.close();
  server.closeAllConnections();
  await closed;
}
