import { DeskError } from "../../lib/errors.js";
import { errorShape } from "../../proto/frames.js";
import type { Position } from "../../proto/position.js";
import type { Client } from "../client.js";
import type { Context } from "../context.js";
import { reply } from "../reply.js";
import { welcome } from "../welcome.js";
import type { Handler } from "./command.js";

/** Says who speaks and resumes what was open: the reply first, then an agent's offers, then what was missed. */
export const hello: Handler<"hello"> = async (context, client, { token, resume = {} }) => {
  const { tokens, origins, roster, node } = context;
  const session = await tokens.verify(token);
  await origins.admit(session.tenant, client.arrival);
  client.admit(session);
  const resumed = await Promise.all(Object.entries(resume).map(([c, from]) => resumeOne(context, client, c, from as Position)));
  const { user } = session;
  const result = {
    ...{ session: client.id, node, ...welcome(context, session) },
    resumed: Object.fromEntries(resumed.map(({ c, shown }) => [c, shown])),
  };
  const follow = (): void => {
    for (const each of resumed) each.follow();
  };
  return { ...reply(result), sent: () => void arrive().finally(follow) };

  async function arrive(): Promise<void> {
    if (user.role !== "visitor" && client.outlet.open) await roster.arrive(client);
  }
};

interface ResumedOne {
  readonly c: string;
  readonly shown: object;
  readonly follow: () => void;
}

/** One that cannot be resumed is told so, and keeps none of the others back. */
async function resumeOne({ opening, metrics, log }: Context, client: Client, c: string, from: Position): Promise<ResumedOne> {
  try {
    const { result, follow } = await opening.resume(client, c, from);
    metrics.resumed(result.gap ? "gap" : "whole");
    return { c, shown: result, follow };
  } catch (error) {
    metrics.resumed("refused");
    if (!(error instanceof DeskError)) log.error({ err: error, c }, "a conversation could not be resumed");
    const refusal = error instanceof DeskError ? error : new DeskError("unavailable");
    return { c, shown: { error: errorShape(refusal) }, follow: () => undefined };
  }
}
