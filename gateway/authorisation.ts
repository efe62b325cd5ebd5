import { refuse } from "../lib/errors.js";
import type { Command } from "../proto/check.js";
import type { OpName } from "../proto/commands.js";
import type { Party, SentKind } from "../proto/message.js";
import type { Readership } from "./readership.js";
import type { Session } from "./session.js";

/** Who gives commands. */
type Caller = "visitor" | "agent" | "bot" | "supervisor";

interface Right {
  /** Everybody else is told `forbidden`, whatever the command names. */
  readonly by: readonly Caller[];
  /**
   * Asked before the command goes to its handler: may the caller read the conversation? Who may not is told `not_found`. Absent where the command names none,
   * and where who carries it out has to look at the conversation anyway. `or offered`: an open offer of it will do.
   */
  readonly to?: "readers" | "readers or offered";
}

const EVERYONE: readonly Caller[] = ["visitor", "agent", "bot", "supervisor"];
const VISITORS: readonly Caller[] = ["visitor"];
const DESK: readonly Caller[] = ["agent", "bot", "supervisor"];
const SUPERVISORS: readonly Caller[] = ["supervisor"];

/**
 * Who may do what, as `docs/AUTHORISATION.md` has it. What depends on who holds the conversation is judged at its turn and in one step with what is done: by the
 * broker for `send`, by the router for the rest. Between this table and that turn it may have gone to somebody else.
 */
const RIGHTS: { readonly [Op in OpName]: Right } = {
  hello: { by: EVERYONE },
  refresh: { by: EVERYONE },
  ping: { by: EVERYONE },
  open: { by: EVERYONE },
  leave: { by: EVERYONE },
  send: { by: EVERYONE },
  mark: { by: EVERYONE },
  typing: { by: EVERYONE },
  history: { by: EVERYONE },
  close: { by: EVERYONE, to: "readers" },
  visit: { by: VISITORS },
  rate: { by: VISITORS, to: "readers" },
  status: { by: DESK },
  inbox: { by: DESK },
  queue: { by: DESK },
  accept: { by: DESK, to: "readers or offered" },
  decline: { by: DESK, to: "readers or offered" },
  transfer: { by: DESK, to: "readers" },
  hold: { by: DESK },
  unhold: { by: DESK },
  wrapped: { by: DESK },
  tag: { by: DESK, to: "readers" },
  assign: { by: DESK, to: "readers" },
  explain: { by: DESK, to: "readers" },
  ban: { by: SUPERVISORS },
};

const SENDERS: { readonly [Kind in SentKind]: readonly Caller[] } = {
  text: EVERYONE,
  file: EVERYONE,
  recall: EVERYONE,
  card: DESK,
  note: ["agent", "supervisor"],
};

/** Rejects with `forbidden` when this role sends no such kind. */
export function maySend({ role }: Party, kind: SentKind): void {
  if (!SENDERS[kind].includes(role as Caller)) refuse("forbidden", `A ${role} sends no ${kind}.`);
}

/** Rejects with `forbidden` when this role gives no such command. */
export function mayGive({ role }: Party, op: OpName): void {
  if (!RIGHTS[op].by.includes(role as Caller)) refuse("forbidden");
}

export interface AuthorisationPorts {
  readonly readership: Pick<Readership, "admit">;
  /** The conversations that this agent is offered. */
  readonly offers: (session: Session) => Promise<readonly { readonly c: string }[]>;
}

/** Stands where commands pass, before their handlers. */
export class Authorisation {
  readonly #ports: AuthorisationPorts;

  constructor(ports: AuthorisationPorts) {
    this.#ports = ports;
  }

  /** {@link mayGive}, and on the conversation it names; rejects with `not_found` otherwise, whether there is such a conversation or not. */
  async allow(session: Session, { op, fields }: Pick<Command, "op" | "fields">): Promise<void> {
    mayGive(session.user, op);
    const { to } = RIGHTS[op];
    if (to === undefined) return;
    const { c } = fields as { readonly c: string };
    const offered = to === "readers or offered" && (await this.#isOffered(session, c));
    if (!offered) await this.#ports.readership.admit(session, c);
  }

  async #isOffered(session: Session, c: string): Promise<boolean> {
    return (await this.#ports.offers(session)).some((offer) => offer.c === c);
  }
}
