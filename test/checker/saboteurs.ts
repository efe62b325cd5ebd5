import { Opening } from "../../gateway/opening.js";
import { Outlet } from "../../gateway/outlet.js";
import { LmdbStore } from "../../persister/store-lmdb.js";
import type { Append, Appended } from "../../timeline/broker.js";
import { LmdbBroker } from "../../timeline/broker-lmdb.js";
import { LmdbJournal } from "../../timeline/journal-lmdb.js";
import type { JournalRecord } from "../../timeline/record.js";
import { WindowTables } from "../../timeline/window-lmdb.js";

/** Longer than a client takes to send a message twice, so that a kill falls in between. */
const LAG_MS = 250;

const lag = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, LAG_MS));

/** Each breaks one promise of the server it is called in, as a bug would: one method does not do what its port says. */
export const SABOTEURS = {
  /** The journal says that a record is durable when it has only taken it. */
  "ack before durable"() {
    const { append } = LmdbJournal.prototype;
    LmdbJournal.prototype.append = async function (this: LmdbJournal, records: readonly JournalRecord[]) {
      void lag().then(() => append.call(this, records));
    };
  },

  /** The journal is slow, which is no fault. */
  "slow journal"() {
    const { append } = LmdbJournal.prototype;
    LmdbJournal.prototype.append = async function (this: LmdbJournal, records: readonly JournalRecord[]) {
      await lag();
      await append.call(this, records);
    };
  },

  /** The reply to a repeated send does not wait for the first one to be durable. */
  "duplicate acked while unsettled"() {
    SABOTEURS["slow journal"]();
    spoilAnswers((answer) => (answer.at === "duplicate" ? { ...answer, settled: true } : answer));
  },

  /** What follows the place that a client has is counted from one place further on. */
  "resume off by one"() {
    const { resume } = Opening.prototype;
    Opening.prototype.resume = function (this: Opening, client, c, [epoch, n]) {
      return resume.call(this, client, c, [epoch, n + 1]);
    };
  },

  /** A mid that was said is not remembered. */
  "dedupe off"() {
    WindowTables.prototype.known = () => undefined;
  },

  /** A life after a restart has the number of the one before. */
  "epoch ignored"() {
    LmdbJournal.prototype.seal = async () => 1;
  },

  /** Now and then a message is not handed to a socket, and the reader counts it as delivered. */
  "hole not noticed"() {
    const { send } = Outlet.prototype;
    let messages = 0;
    Outlet.prototype.send = function (this: Outlet, frame: string) {
      const swallowed = frame.startsWith('{"ev":"message"') && ++messages % 7 === 0;
      if (!swallowed) send.call(this, frame);
    };
  },

  /** An agent may write whoever holds the conversation. */
  "two assignees"() {
    spoilAppends((append) => (append.from.role === "agent" ? { ...append, from: { ...append.from, role: "supervisor" } } : append));
  },

  /** What is read is not what was sent. */
  "altered content"() {
    spoilAppends((append) => ({ ...append, tail: append.tail.replace(/"text":"[^"]/, '"text":"~') }));
  },

  /** The persister takes a message for written that it never wrote. */
  "row never stored"() {
    const { write } = LmdbStore.prototype;
    LmdbStore.prototype.write = function (this: LmdbStore, rows) {
      const entries = rows.entries.filter(({ entry }) => !(entry?.kind === "text" && entry.pos[1] % 5 === 0));
      return write.call(this, { ...rows, entries });
    };
  },
} satisfies Record<string, () => void>;

function spoilAppends(spoil: (append: Append) => Append): void {
  const { append } = LmdbBroker.prototype;
  LmdbBroker.prototype.append = function (this: LmdbBroker, asked: Append) {
    return append.call(this, spoil(asked));
  };
}

function spoilAnswers(spoil: (answer: Appended) => Appended): void {
  const { append } = LmdbBroker.prototype;
  LmdbBroker.prototype.append = async function (this: LmdbBroker, asked: Append) {
    return spoil(await append.call(this, asked));
  };
}
