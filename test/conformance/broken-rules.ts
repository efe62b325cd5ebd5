import { Outlet } from "../../gateway/outlet.js";
import { Readership } from "../../gateway/readership.js";
import { Reading } from "../../gateway/reading.js";
import { DeskError } from "../../lib/errors.js";
import type { Append } from "../../timeline/broker.js";
import { LmdbBroker } from "../../timeline/broker-lmdb.js";
import { SABOTEURS } from "../checker/saboteurs.js";

/** Each breaks one rule of the protocol in the server it is called in, as a bug would. */
export const BROKEN_RULES = {
  "a retried mid gets a new position": SABOTEURS["dedupe off"],

  "a visitor is shown notes"() {
    const { append } = LmdbBroker.prototype;
    LmdbBroker.prototype.append = function (this: LmdbBroker, asked: Append) {
      return append.call(this, asked.kind === "note" ? { ...asked, audience: "all" } : asked);
    };
  },

  "what is somebody else's is refused in other words than what is not there"() {
    const { admit } = Readership.prototype;
    Readership.prototype.admit = async function (this: Readership, session, c) {
      await this.authority(session.tenant, c);
      return admit.call(this, session, c).catch(() => Promise.reject(new DeskError("not_found", "It is somebody else's.")));
    };
  },

  "a skip is dropped"() {
    const { send } = Outlet.prototype;
    Outlet.prototype.send = function (this: Outlet, frame: string) {
      if (!frame.startsWith('{"ev":"skip"')) send.call(this, frame);
    };
  },

  "history is out of order"() {
    const { page } = Reading.prototype;
    Reading.prototype.page = async function (this: Reading, session, asked) {
      const read = await page.call(this, session, asked);
      return { ...read, messages: read.messages.toReversed() };
    };
  },
} satisfies Record<string, () => void>;
