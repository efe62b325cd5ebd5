import type { TestContext } from "node:test";
import { WebSocket } from "ws";
import {
  type Client,
  type ClientError,
  type ClientOptions,
  type Conversation,
  createClient,
  memoryStorage,
  type State,
  type Storage,
  webSocketTransport,
} from "../../client/src/index.js";
import { FakeClock } from "../../lib/clock-fake.js";
import { Lookout } from "./lookout.js";
import { C, type Line, type Placed, ScriptedDesk } from "./scripted-desk.js";

/** A client over a real socket, a desk that plays by the test's script, and a clock that the test moves. */
export interface Stage {
  readonly desk: ScriptedDesk;
  readonly client: Client;
  readonly clock: FakeClock;
  readonly storage: Storage;
  readonly states: string[];
  readonly errors: ClientError[];
  /** The tokens given out were "t1", "t2", … */
  readonly tokens: string[];
  /** The client of a page that was loaded anew: same storage, same desk, same clock. */
  reload(): Client;
}

export async function stage(t: TestContext, options: Partial<ClientOptions> = {}): Promise<Stage> {
  const desk = await ScriptedDesk.start(t);
  const clock = new FakeClock();
  const storage = options.storage ?? memoryStorage();
  const states: string[] = [];
  const errors: ClientError[] = [];
  const tokens: string[] = [];
  let pages = 0;
  const token = async () => `t${tokens.push("asked")}`;
  const make = (): Client => {
    const client = createClient({
      url: desk.url,
      token,
      transport: webSocketTransport(WebSocket),
      clock,
      random: numbers(++pages),
      ...options,
      storage,
    });
    client.on("state", (state) => states.push(state));
    client.on("error", (error) => errors.push(error));
    t.after(() => client.stop());
    return client;
  };
  return { desk, client: make(), clock, storage, states, errors, tokens, reload: make };
}

/** A stage whose client has said hello. */
export async function connected(t: TestContext, options: Partial<ClientOptions> = {}, hello: object = {}): Promise<Stage & { line: Line }> {
  const staged = await stage(t, options);
  await staged.client.start();
  const line = await staged.desk.line(1);
  await line.welcome(hello);
  await line.settled();
  return { ...staged, line };
}

export interface Reading extends Stage {
  readonly line: Line;
  readonly conversation: Conversation;
}

/** A connected stage whose client was shown these messages of c1 as the newest page. */
export async function reading(
  t: TestContext,
  page: readonly Placed[],
  more: { readonly [field: string]: unknown } = {},
  options: Partial<ClientOptions> = {},
): Promise<Reading> {
  const staged = await connected(t, options);
  const opening = staged.client.open(C);
  await staged.line.show(page, more);
  return { ...staged, conversation: await opening };
}

/** Resolves when the client is in this state. */
export async function reached(client: Client, state: State): Promise<void> {
  const lookout = new Lookout();
  const off = client.on("state", () => lookout.look());
  await lookout.until(() => client.state === state, `the state ${state}`).finally(off);
}

/** The next connection, welcomed: the old one ended, and the clock goes on until the client tries again. */
export async function again({ desk, client, clock }: Stage, hello: object = {}): Promise<Line> {
  const next = desk.lines.length + 1;
  await reached(client, "waiting");
  while (client.state === "waiting") await clock.advance(100);
  const line = await desk.line(next);
  await line.welcome(hello);
  await line.settled();
  return line;
}

/** Numbers in [0, 1): the same ones for the same seed. */
export function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
