import { DeskError } from "../../lib/errors.js";
import { errorShape } from "../../proto/frames.js";
import type { Position } from "../../proto/position.js";
import type { Client } from "../client.js";
import type { Context } from "../context.js";
import { reply } from "../reply.js";
import { welcome } from "../welcome.js";
import type { Handler } from "./command.js";

/** Conversations of one client that are resumed at a time: others are served in between. */
const AT_ONCE = 8;
/** Those that may turn out not to be the client's. Who names more is guessing, and each guess costs a question to router and history. */
const UNKNOWN_MOST = 8;
const ASK_AGAIN_MS = 1_000;

/** Says who speaks and resumes what was open: the reply first, then an agent's offers, then what was missed. */
export const hello: Handler<"hello"> = async (context, client, { token, resume = {} }) => {
  const { tokens, origins, roster, node } = context;
  const session = await tokens.verify(token);
  await origins.admit(session.tenant, client.arrival);
  client.admit(session);
  const resumed = await resumeAll(context, client, resume as Readonly<Record<string, Position>>);
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
  readonly unknown: boolean;
  readonly shown: object;
  readonly follow: () => void;
}

/** After too many that are not the client's, the rest is to be opened one by one, which counts like any command. */
async function resumeAll(context: Context, client: Client, resume: Readonly<Record<string, Position>>): Promise<readonly ResumedOne[]> {
  const queue = Object.entries(resume);
  const done: ResumedOne[] = [];
  const lane = async (): Promise<void> => {
    for (let next = queue.pop(); next; next = queue.pop()) {
      const guessing = done.filter(({ unknown }) => unknown).length >= UNKNOWN_MOST;
      done.push(
        guessing ? refused(next[0], new DeskError("rate_limited", undefined, ASK_AGAIN_MS)) : await resumeOne(context, client, ...next),
      );
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  return done;
}

/** One that cannot be resumed is told so, and keeps none of the others back. */
async function resumeOne({ opening, metrics, log }: Context, client: Client, c: string, from: Position): Promise<ResumedOne> {
  try {
    const { result, follow } = await opening.resume(client, c, from);
    metrics.resumed(result.gap ? "gap" : "whole");
    return { c, unknown: false, shown: result, follow };
  } catch (error) {
    metrics.resumed("refused");
    if (!(error instanceof DeskError)) log.error({ err: error, c }, "a conversation could not be resumed");
    return refused(c, error instanceof DeskError ? error : new DeskError("unavailable"));
  }
}

function refused(c: string, refusal: DeskError): ResumedOne {
  return { c, unknown: refusal.code === "not_found", shown: { error: errorShape(refusal) }, follow: () => undefined };
}
