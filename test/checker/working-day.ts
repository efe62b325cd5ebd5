import type { HouseProcess } from "../support/house-process.js";
import { agentToken, visitorToken } from "../support/peer.js";
import { until } from "../support/until.js";
import { Actor } from "./actor.js";
import type { History } from "./history.js";
import { readings } from "./readings.js";
import { readRecord } from "./record.js";
import { Recorder } from "./recorder.js";

const TALK = 10;
/** Messages in flight when the server is killed, after as many were acknowledged. */
const BURST = 16;
/** What a broken server never answers is not waited for. */
const PATIENCE_MS = 3_000;

/** A visitor with two tabs, two agents, and a supervisor who only reads. */
type Cast = Readonly<Record<"vera" | "tab" | "ada" | "lin" | "sun", Actor>>;

/**
 * A short working day of one conversation, in which each promise is put to the test: both sides talk, every message of the visitor goes
 * out from two tabs; a reader drops out and comes back; an agent hands over and writes once more; the server is killed in a burst.
 */
export async function workingDay(start: () => Promise<HouseProcess>): Promise<History> {
  const recorder = new Recorder();
  let house = await start();
  try {
    const cast = await arrive(house.url, recorder);
    const c = await meet(cast);
    await talk(cast, c, "m", TALK);
    await dropOut(cast, c, house.url);
    await handOver(cast, c);
    await burst(cast, c);
    await house.kill();
    await Promise.all(everybody(cast).map((actor) => actor.peer.over()));
    recorder.kill();
    house = await start();
    await comeBack(cast, c, house.url);
    await patiently(until("every hole to be told of", () => readings(recorder.history).every(({ open }) => !open)));
    recorder.record("history", c, await readRecord(cast.sun.peer, c));
    return recorder.history;
  } finally {
    await house.kill();
  }
}

function everybody(cast: Cast): readonly Actor[] {
  return Object.values(cast);
}

async function arrive(url: string, recorder: Recorder): Promise<Cast> {
  const visitor = await visitorToken(url);
  const actor = async (who: string, token: string): Promise<Actor> => new Actor({ who, token, recorder }).connect(url);
  return {
    vera: await actor("vera", visitor.token),
    tab: await actor("vera's second tab", visitor.token),
    ada: await actor("ada", await agentToken(url, "ada")),
    lin: await actor("lin", await agentToken(url, "lin")),
    sun: await actor("sun", await agentToken(url, "sun")),
  };
}

/** The visitor asks, ada takes it. */
async function meet({ vera, ada, sun, tab }: Cast): Promise<string> {
  await ada.peer.do("status", { status: "online" });
  const c = await vera.enter("open", { ask: { topic: "support" } });
  await take(ada, c);
  await sun.enter("open", { c });
  await tab.enter("open", { c });
  return c;
}

async function take(agent: Actor, c: string): Promise<void> {
  const { offer } = await agent.peer.event("offer", (event) => event["c"] === c);
  await agent.enter("accept", { c, offer });
}

/** Both sides at once; the visitor's second tab says what the first one says. */
async function talk({ vera, tab, ada }: Pick<Cast, "vera" | "tab" | "ada">, c: string, name: string, count: number): Promise<void> {
  const said = Array.from({ length: count }, (_, i) => [
    vera.say(c, `${name}${i}`),
    tab.say(c, `${name}${i}`),
    ada.say(c, `a-${name}${i}`),
  ]);
  await patiently(Promise.all(said.flat()));
}

async function dropOut(cast: Cast, c: string, url: string): Promise<void> {
  await cast.sun.cut();
  await talk(cast, c, "away", 2);
  await cast.sun.connect(url);
}

/** Ada hands over to lin, and writes once more. */
async function handOver({ ada, lin }: Cast, c: string): Promise<void> {
  await lin.peer.do("status", { status: "online" });
  await ada.peer.do("transfer", { c, to: { agent: "lin" } });
  await take(lin, c);
  await patiently(Promise.all([ada.say(c, "late"), lin.say(c, "hello")]));
}

/** Resolves in the middle of it: for each message that is acknowledged another one is sent. */
async function burst({ vera, tab }: Cast, c: string): Promise<void> {
  let sent = 0;
  let acked = 0;
  const another = (): void => {
    const mid = `burst${sent++}`;
    for (const each of [vera, tab]) void each.say(c, mid).then((good) => good && goOn());
  };
  const goOn = (): void => {
    acked++;
    another();
  };
  for (let i = 0; i < BURST; i++) another();
  await patiently(until("as many to be acknowledged", () => acked >= BURST));
}

/** Everybody resumes and sends again what was not answered; then the talk goes on. */
async function comeBack(cast: Cast, c: string, url: string): Promise<void> {
  for (const actor of everybody(cast)) await actor.connect(url);
  await talk({ ...cast, ada: cast.lin }, c, "again", 3 * TALK);
  await patiently(until("the rest of the burst", () => cast.vera.unanswered + cast.tab.unanswered === 0));
}

/** A server that breaks its promise may also never answer: the day goes on, the checker sees it. */
async function patiently(work: Promise<unknown>): Promise<void> {
  const late = new Promise((resolve) => setTimeout(resolve, PATIENCE_MS).unref());
  await Promise.race([work.catch(() => undefined), late]);
}
