import { check } from "../checker/check.js";
import type { Finding } from "../checker/finding.js";
import type { History } from "../checker/history.js";
import { Recorder } from "../checker/recorder.js";
import { HouseProcess } from "../support/house-process.js";
import { until } from "../support/until.js";
import { Crowd } from "./crowd.js";
import { caughtUp, readAll } from "./end-of-run.js";
import { type Round, type ServerCounts, serverCounts, traffic } from "./round.js";
import { Talker } from "./talker.js";

export interface KillRunOptions {
  readonly data: string;
  readonly conversations: number;
  /** Per conversation, half of them by each side. */
  readonly sends: number;
  readonly rounds: number;
  /** The server is killed when at least so many sends are not answered. */
  readonly inFlight: number;
  readonly say: (line: string) => void;
}

export interface KillReport {
  readonly rounds: readonly Round[];
  readonly server: ServerCounts;
  readonly history: History;
  readonly findings: readonly Finding[];
}

/** The demo tenant's limits are for people; these clients talk faster. */
const SETTINGS = {
  ...{ DESKWIRE_SENDS_PER_S: "100000", DESKWIRE_SENDS_BURST: "100000", DESKWIRE_IN_FLIGHT: "1000" },
  ...{ DESKWIRE_SENDS_PER_USER: "100000/s", DESKWIRE_SENDS_PER_TENANT: "100000/s", DESKWIRE_COMMANDS_PER_SOCKET: "100000/s" },
};

/** A load may take its time; one that stands still is reported. */
const LOAD_MS = 120_000;

/**
 * People talk in many conversations while the server is killed again and again, always with sends in flight, and started on the same data.
 * The clients find back by themselves. In the end the checker reads what everybody saw.
 */
export async function killRun(options: KillRunOptions): Promise<KillReport> {
  const run = new KillRun(options, await startHouse(options.data));
  try {
    return await run.report();
  } finally {
    await run.stop();
  }
}

function startHouse(data: string): Promise<HouseProcess> {
  return HouseProcess.start({ data, env: SETTINGS });
}

class KillRun {
  readonly #options: KillRunOptions;
  readonly #recorder = new Recorder();
  readonly #crowd: Crowd;
  #house: HouseProcess;
  #server: ServerCounts = { deduped: 0, resumed: 0 };

  constructor(options: KillRunOptions, house: HouseProcess) {
    this.#options = options;
    this.#house = house;
    this.#crowd = new Crowd(() => this.#house.url, this.#recorder);
  }

  async report(): Promise<KillReport> {
    const { conversations, sends, rounds, say } = this.#options;
    const pairs = await this.#crowd.meet(conversations);
    say(`${conversations} conversations, ${sends} sends each`);
    const talkers = pairs.flatMap((pair) => [new Talker(pair.visitor, "visitor"), new Talker(pair.agent, "agent")]);
    const done: Round[] = [];
    for (let round = 1; round <= rounds; round++) done.push(await this.#round(round, talkers));
    this.#talk(talkers, rounds + 1);
    await Promise.all(talkers.map((talker) => talker.done()));
    say(
      `everything is said; ${talkers.reduce((sum, { given_up }) => sum + given_up, 0)} messages were given up by the SDK and sent by hand`,
    );
    await caughtUp(pairs);
    await readAll(this.#house.url, this.#crowd, pairs, this.#recorder);
    const { history } = this.#recorder;
    return { rounds: done, server: this.#server, history, findings: check(history) };
  }

  async stop(): Promise<void> {
    this.#crowd.stop();
    await this.#house.kill();
  }

  /** One kill: in its moment; then starts again, and waits until all that was in flight is confirmed. */
  async #round(round: number, talkers: readonly Talker[]): Promise<Round> {
    const { data, say } = this.#options;
    const killed = await this.#kill(round, talkers);
    const unconfirmed = talkers.flatMap((talker) => [...talker.unconfirmed.values()]);
    await this.#house.exited;
    await until("everybody to notice", () => this.#crowd.connected === 0, LOAD_MS);
    this.#recorder.kill();
    this.#house = await startHouse(data);
    const served_ms = performance.now();
    await Promise.all(unconfirmed);
    const recovered = { restart_ms: served_ms - killed.at_ms, recovery_ms: performance.now() - served_ms };
    this.#server = await serverCounts(this.#house, this.#server);
    const result = { ...killed, ...recovered, ...traffic(this.#recorder.history, killed.from) };
    say(describe(result));
    return result;
  }

  /** Everybody says this round's share. */
  #talk(talkers: readonly Talker[], round: number): void {
    const { rounds, sends } = this.#options;
    for (const talker of talkers) talker.allow(Math.round((sends / 2) * (round / (rounds + 1))));
  }

  /** Kills in the middle of this round's talk, as soon as enough sends are in flight. */
  async #kill(round: number, talkers: readonly Talker[]) {
    const { rounds, inFlight, conversations, sends } = this.#options;
    const share = (conversations * sends * (round - 0.5)) / (rounds + 1);
    const said = (): number => talkers.reduce((sum, talker) => sum + talker.said, 0);
    const killed = { round, in_flight: 0, from: 0, at_ms: 0 };
    const moment = this.#recorder.moment(
      () => this.#recorder.inFlight >= inFlight && said() >= share,
      () => {
        void this.#house.kill();
        Object.assign(killed, { in_flight: this.#recorder.inFlight, from: this.#recorder.history.length, at_ms: performance.now() });
      },
    );
    this.#talk(talkers, round);
    const over = Promise.all(talkers.map((talker) => talker.done())).then(() => {
      throw new Error(`round ${round} was over before ${inFlight} sends were in flight`);
    });
    await Promise.race([moment, over]);
    return killed;
  }
}

function describe({ round, in_flight, resent, dup, resumed, restart_ms, recovery_ms }: Round): string {
  const times = `restarted in ${Math.round(restart_ms)} ms, all confirmed ${Math.round(recovery_ms)} ms later`;
  return `round ${round}: killed with ${in_flight} sends in flight; ${resent} resent, ${dup} answered as duplicates, ${resumed} resumed; ${times}`;
}
