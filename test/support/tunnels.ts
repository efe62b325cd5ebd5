import { once } from "node:events";
import { createServer, request, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import type { TestContext } from "node:test";

/** An HTTP proxy as companies have them: calls pass, and tunnels (as browsers dig for WebSocket) only while it lets them. */
export class TunnelProxy {
  /** Whether tunnels are let through from here on. */
  open = false;
  /** Tunnels asked for. */
  asked = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor() {
    this.#server = createServer((incoming, outgoing) => {
      const { method, headers, url = "" } = incoming;
      const onward = request(url, { method: method ?? "GET", headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(outgoing);
      });
      onward.on("error", () => outgoing.destroy());
      outgoing.on("close", () => onward.destroy());
      incoming.pipe(onward);
    });
    this.#server.on("connect", ({ url = "" }, socket: Socket) => this.#tunnel(url, socket));
    this.#server.on("connection", (socket) => this.#keep(socket));
  }

  /** Listening on a free port of this machine until the test ends. */
  static async start(t: TestContext): Promise<TunnelProxy> {
    const proxy = new TunnelProxy();
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    t.after(() => proxy.stop());
    return proxy;
  }

  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #tunnel(target: string, socket: Socket): void {
    this.asked++;
    if (!this.open) return void socket.destroy();
    const [host = "", port] = target.split(":");
    const onward = this.#keep(connect(Number(port), host, () => socket.write("HTTP/1.1 200 OK\r\n\r\n")));
    onward.pipe(socket).pipe(onward);
  }

  #keep(socket: Socket): Socket {
    this.#sockets.add(socket);
    socket.on("error", () => undefined);
    return socket.on("close", () => this.#sockets.delete(socket));
  }
}
