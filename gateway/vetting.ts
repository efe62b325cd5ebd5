import type { Clock } from "../lib/clock.js";
import type { Logger } from "../lib/log.js";
import { turn } from "../lib/turn.js";
import type { CloseName } from "../proto/codes.js";
import type { Outlet } from "./outlet.js";
import type { Session } from "./session.js";

const AGAIN_MS = 1_000;
/** Sockets judged before others are served. */
const AT_ONCE = 100;

/** A socket whose session may be over before its token is. */
export interface Vetted {
  readonly id: string;
  readonly greeted: boolean;
  readonly session: Session;
  readonly outlet: Pick<Outlet, "open" | "close">;
}

export interface VettingPorts {
  /** Why this session is over; undefined when it is not. */
  readonly fault: (session: Session) => Promise<CloseName | undefined>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Closes the sockets whose sessions stand on something that was revoked. */
export class Vetting {
  readonly #ports: VettingPorts;
  #due = false;
  #going = false;

  constructor(ports: VettingPorts) {
    this.#ports = ports;
  }

  /** After every change; all that come while one is looked at are one more round, however many they are. Never rejects. */
  async all(sockets: () => Iterable<Vetted>): Promise<void> {
    this.#due = true;
    if (this.#going) return;
    this.#going = true;
    while (this.#due) await this.#round([...sockets()]);
    this.#going = false;
  }

  async #round(sockets: readonly Vetted[]): Promise<void> {
    this.#due = false;
    for (const [index, socket] of sockets.entries()) {
      await this.one(socket);
      if (index % AT_ONCE === AT_ONCE - 1) await turn();
    }
  }

  /** Until it can be judged, or is gone. Never rejects. */
  async one(socket: Vetted): Promise<void> {
    if (!socket.greeted || !socket.outlet.open) return;
    const { fault, clock, log } = this.#ports;
    try {
      const close = await fault(socket.session);
      if (close) socket.outlet.close(close);
    } catch (err) {
      log.warn({ err, socket: socket.id }, "a session could not be judged; it is tried again");
      clock.after(AGAIN_MS, () => void this.one(socket));
    }
  }
}
