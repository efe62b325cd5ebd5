import type { Fields, OpName } from "../../proto/commands.js";
import type { Client } from "../client.js";
import type { Context } from "../context.js";
import type { Reply } from "../reply.js";

/** Carries out one command of the protocol. Refusals are thrown as DeskErrors. */
export type Handler<Op extends OpName> = (context: Context, client: Client, fields: Fields<Op>) => Promise<Reply>;
