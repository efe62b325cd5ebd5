import { refuse } from "../../lib/errors.js";
import { checkCommand } from "../../proto/check.js";
import type { OpName } from "../../proto/commands.js";
import { BODIES_HTTP, type HttpBody } from "../../proto/http.js";
import { answer } from "../commands/index.js";
import { PassingClient } from "../passing-client.js";
import { SAYING } from "../send-rates.js";
import { welcome } from "../welcome.js";
import type { Call } from "./call.js";

/** Who the caller is, until when, and what it may. */
export const session: Call = {
  method: "GET",
  path: /^\/v1\/session$/,
  run: async (context, { session }) => welcome(context, session),
};

/** These are of a connection. */
const NEED_SOCKET: ReadonlySet<string> = new Set<OpName>(["hello", "refresh", "ping", "leave"]);
const RATED: ReadonlySet<string> = new Set([...SAYING, "typing"]);

/** One command without a socket: the handler a socket would have run, and its reply. */
export const commands: Call<HttpBody<"commands">> = {
  method: "POST",
  path: /^\/v1\/commands$/,
  body: BODIES_HTTP.commands,
  async run(context, { request, session, fields }) {
    const checked = checkCommand(fields, 0);
    if (checked.at === "bad_frame") return refuse("bad_request", checked.why);
    if (checked.at === "refused") return refuse(checked.code, checked.message);
    const { command } = checked;
    const { op } = command;
    const watching = op === "queue" && command.fields.watch !== undefined;
    if (NEED_SOCKET.has(op) || watching) return refuse("unsupported", `${watching ? "queue with watch" : op} needs a socket.`);
    if (RATED.has(op)) context.sendRates.take(session);
    context.metrics.command(op);
    const reply = await answer(context, new PassingClient(session, request), command);
    reply.sent?.();
    return result(reply.frame(0));
  },
};

/** A reply's fields without the id it answers. */
function result(frame: string): string {
  const rest = frame.slice('{"re":0'.length);
  return `{${rest.startsWith(",") ? rest.slice(1) : rest}`;
}
