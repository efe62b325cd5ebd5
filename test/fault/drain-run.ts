import { check } from "../checker/check.js";
import type { Finding } from "../checker/finding.js";
import { type History, keyOf, linesOf } from "../checker/history.js";
import { Recorder } from "../checker/recorder.js";
import { freePort } from "../support/free-port.js";
import { HouseProcess } from "../support/house-process.js";
import { call, Peer, visitorToken } from "../support/peer.js";
import { until } from "../support/until.js";
import { Crowd, type Pair } from "./crowd.js";
import { DrainWitness, type Farewell } from "./drain-witness.js";
import { caughtUp, readAll } from "./end-of-run.js";
import { HttpPoster, type PostAnswer } from "./http-poster.js";
import { SteadyTalker } from "./steady-talker.js";

export interface DrainOptions {
  readonly data: string;
  /** Sockets of the SDK. */
  readonly clients: number;
  /** They talk for so long before SIGTERM, and again after the restart. */
  readonly talk_ms: number;
  /** Clients sent away per second. */
  readonly per_s: number;
  /** Clients try at once when the next process serves, as a page does that is looked at again; else in their own time. */
  readonly woken?: boolean;
  readonly say: (line: string) => void;
}

export interface DrainReport {
  readonly clients: readonly string[];
  readonly farewells: readonly Farewell[];
  readonly history: History;
  /** By performance.now(): SIGTERM, the end of the process, the next one's readiness, everybody back. */
  readonly at: { readonly signal: number; readonly exit: number; readonly ready: number; readonly back: number };
  readonly code: number | NodeJS.Signals;
  readonly unready_ms: number;
  /** Of sends under way at SIGTERM: how many, and how many the ending process answered. */
  readonly under_way: { readonly count: number; readonly answered: number };
  /** How the sockets ended that did not leave by themselves. */
  readonly stubborn: readonly { readonly code: number; readonly reason: string }[];
  readonly posts: readonly PostAnswer[];
  /** What those who waited for a message over HTTP were answered. */
  readonly waits: readonly { readonly status: number; readonly messages: number; readonly at_ms: number }[];
  readonly refused: readonly string[];
  readonly findings: readonly Finding[];
}

/** The demo tenant's limits are for people; an agent here speaks for a hundred of them. */
const SETTINGS = {
  DESKWIRE_SENDS_PER_S: "100000",
  DESKWIRE_SENDS_BURST: "100000",
  DESKWIRE_SENDS_PER_USER: "100000/s",
  DESKWIRE_COMMANDS_PER_SOCKET: "100000/s",
};
const AGENTS = 2;
const TABS = 2;
/** Every so many-th conversation talks all the time. */
const TALKING = 3;
const PERIOD_MS = 1_000;
const STUBBORN = 5;
const WAITING = 5;
const PATIENCE_MS = 60_000;
const TOGETHER = 20;

/**
 * Clients of the SDK talk while the server is told to stop, and a new one is started at its address when it has ended. In the end the checker
 * reads what everybody saw.
 */
export async function drainRun(options: DrainOptions): Promise<DrainReport> {
  const port = await freePort();
  const env = { ...SETTINGS, DESKWIRE_PORT: String(port), DESKWIRE_DRAIN_PER_S: String(options.per_s) };
  const start = () => HouseProcess.start({ data: options.data, env });
  const run = new DrainRun(options, await start(), start);
  try {
    return await run.report();
  } finally {
    await run.stop();
  }
}

class DrainRun {
  readonly #options: DrainOptions;
  readonly #restart: () => Promise<HouseProcess>;
  readonly #recorder = new Recorder();
  readonly #witness = new DrainWitness(this.#recorder);
  readonly #crowd: Crowd;
  readonly #stubborn: Peer[] = [];
  readonly #waits: Promise<DrainReport["waits"][number]>[] = [];
  #talkers: SteadyTalker[] = [];
  #poster: HttpPoster | undefined;
  #house: HouseProcess;

  constructor(options: DrainOptions, house: HouseProcess, restart: () => Promise<HouseProcess>) {
    this.#options = options;
    this.#house = house;
    this.#restart = restart;
    this.#crowd = new Crowd(() => this.#house.url, this.#witness);
  }

  async report(): Promise<DrainReport> {
    const { talk_ms, woken, say } = this.#options;
    const pairs = await this.#gather();
    say(`${this.#crowd.clients.size} clients in ${pairs.length} conversations, ${this.#talkers.length} of them talk all the time`);
    await passes(talk_ms);
    const drained = await this.#drain();
    const { signal, exit } = drained.at;
    say(`the process ended with ${drained.code}, ${Math.round(exit - signal)} ms after SIGTERM`);
    this.#house = await this.#restart();
    const ready = performance.now();
    if (woken) for (const client of this.#crowd.clients.values()) client.wake();
    await until("everybody to be back", () => this.#crowd.connected === this.#crowd.clients.size, PATIENCE_MS);
    const back = performance.now();
    say(`the next one serves after ${Math.round(ready - exit)} ms, everybody is back ${Math.round(back - ready)} ms later`);
    await passes(talk_ms);
    await Promise.all(this.#talkers.map((talker) => talker.finish()));
    await this.#poster?.stop();
    await caughtUp(pairs);
    await readAll(this.#house.url, this.#crowd, pairs, this.#recorder);
    const { history } = this.#recorder;
    const refused = this.#talkers.flatMap((talker) => talker.refused);
    return {
      ...{ ...drained, at: { ...drained.at, ready, back }, clients: [...this.#crowd.clients.keys()], farewells: this.#witness.farewells },
      ...{ history, posts: this.#poster?.answers ?? [], waits: await Promise.all(this.#waits), refused, findings: check(history) },
    };
  }

  async stop(): Promise<void> {
    this.#crowd.stop();
    for (const peer of this.#stubborn) peer.cut();
    await this.#poster?.stop();
    await this.#house.kill();
  }

  async #gather(): Promise<readonly Pair[]> {
    const pairs = await this.#crowd.meet(Math.floor((this.#options.clients - AGENTS) / TABS));
    for (let i = 0; i < pairs.length; i += TOGETHER)
      await Promise.all(pairs.slice(i, i + TOGETHER).map((pair, j) => this.#crowd.tab(pair, `tab ${i + j}`)));
    const talking = pairs.filter((_, index) => index % TALKING === 0);
    this.#talkers = talking.flatMap(({ visitor, agent }) => [new SteadyTalker(visitor, "visitor"), new SteadyTalker(agent, "agent")]);
    for (const [index, talker] of this.#talkers.entries()) talker.start(PERIOD_MS, (index * PERIOD_MS) / this.#talkers.length);
    await this.#outsiders(pairs.filter((_, index) => index % TALKING !== 0));
    return pairs;
  }

  /** Clients that do not know of slots: on a plain socket, and over HTTP. */
  async #outsiders(quiet: readonly Pair[]): Promise<void> {
    const { url } = this.#house;
    for (let i = 0; i < STUBBORN; i++) this.#stubborn.push(await Peer.hello(url, (await visitorToken(url)).token));
    const [waiting, posting] = quiet;
    if (!waiting || !posting) throw new TypeError("too few conversations");
    const path = `/v1/conversations/${waiting.c}/messages?after=${waiting.visitor.position?.join("-")}&wait_ms=25000`;
    for (let i = 0; i < WAITING; i++) this.#waits.push(waitFor(url, path, this.#crowd.token(waiting)));
    this.#poster = new HttpPoster({ url, token: this.#crowd.token(posting) }, posting.c);
    this.#poster.start();
  }

  /** SIGTERM while sends are under way; resolves when the process has ended. */
  async #drain() {
    let signal = 0;
    let sends: readonly string[] = [];
    let exited: Promise<number | NodeJS.Signals> | undefined;
    await this.#recorder.moment(
      () => this.#recorder.inFlight > 0,
      () => {
        exited = this.#house.stop();
        signal = performance.now();
        sends = unanswered(this.#recorder.history);
      },
    );
    const unready = until("not ready", async () => !(await this.#house.ready()), PATIENCE_MS).then(() => performance.now() - signal);
    const [unready_ms, code] = await Promise.all([unready, exited as Promise<number | NodeJS.Signals>]);
    const exit = performance.now();
    const left = new Set(unanswered(this.#recorder.history));
    return {
      ...{ at: { signal, exit }, code, unready_ms, stubborn: await Promise.all(this.#stubborn.map((peer) => peer.over())) },
      under_way: { count: sends.length, answered: sends.filter((key) => !left.has(key)).length },
    };
  }
}

/** Sends, by sender's client, that no reply came for. */
function unanswered(history: History): string[] {
  const open = new Set(linesOf(history, "send").map(({ who, c, mid }) => keyOf(c, who, mid)));
  for (const { who, c, mid } of linesOf(history, "ack")) open.delete(keyOf(c, who, mid));
  return [...open];
}

async function waitFor(url: string, path: string, token: string): Promise<DrainReport["waits"][number]> {
  // One that is cut off got no answer: status 0.
  const cut = { status: 0, body: { messages: [] } };
  const { status, body } = await call<{ messages?: unknown[] }>(url, "GET", path, { token }).catch(() => cut);
  return { status, messages: body.messages?.length ?? 0, at_ms: performance.now() };
}

const passes = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
