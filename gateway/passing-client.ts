import { randomId } from "../lib/ids.js";
import { Lanes } from "../lib/lanes.js";
import type { Client } from "./client.js";
import { Outlet } from "./outlet.js";
import type { Reader } from "./reader.js";
import type { HttpRequest } from "./request.js";
import type { Session } from "./session.js";
import type { Arrival, Socket } from "./socket.js";

/** Nobody is at the other end. */
const NO_SOCKET: Socket = {
  address: "",
  send: () => "sent",
  buffered: () => 0,
  ping: () => undefined,
  close: () => undefined,
};

/** Whoever gives one command without a socket: its outlet is never open, so nothing is attached and nothing follows. */
export class PassingClient implements Client {
  readonly id = randomId("s");
  readonly arrival: Arrival;
  readonly outlet = new Outlet(NO_SOCKET, () => undefined);
  readonly readers = new Map<string, Reader>();
  readonly sends = new Lanes();
  readonly silent_ms = 0;
  readonly session: Session;

  constructor(session: Session, { header, address }: HttpRequest) {
    this.session = session;
    this.arrival = { origin: header("origin"), host: header("host"), address };
    this.outlet.closed();
  }

  /** A token is changed where there is a connection that it holds for. */
  admit(): void {
    throw new TypeError("a passing client keeps no session");
  }

  /** It gives one command only. */
  async settled(): Promise<void> {}
}
