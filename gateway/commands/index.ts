import { refuse } from "../../lib/errors.js";
import type { Command } from "../../proto/check.js";
import type { OpName } from "../../proto/commands.js";
import { mayGive } from "../authorisation.js";
import type { Client } from "../client.js";
import type { Context } from "../context.js";
import type { Reply } from "../reply.js";
import { accept, assign, ban, decline, explain, inbox, queue, status, tag, transfer } from "./agents.js";
import type { Handler } from "./command.js";
import { close, history, leave, mark, open, ping, rate, refresh, send, typing, visit } from "./everyone.js";

export { hello } from "./hello.js";

/** What this server does of the protocol. Ops without a handler are `unsupported`. */
const HANDLERS: { readonly [Op in OpName]?: Handler<Op> } = {
  ...{ refresh, ping, open, leave, send, mark, typing, visit, history, close, rate },
  ...{ status, inbox, accept, decline, transfer, tag, assign, queue, explain, ban },
};

/** Carries out a command for a socket that said hello. */
export async function answer(context: Context, client: Client, command: Command): Promise<Reply> {
  const { op, fields } = command;
  const handler = HANDLERS[op] as Handler<OpName> | undefined;
  mayGive(client.session.user, op);
  if (!handler) return refuse("unsupported", `This server does not offer ${op} yet.`);
  await context.authorisation.allow(client.session, command);
  return handler(context, client, fields as never);
}
