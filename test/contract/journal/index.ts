import { appendSuite, endSuite } from "./append.js";
import { consumeSuite } from "./consume.js";
import { sealSuite } from "./seal.js";
import type { JournalSuite } from "./suite.js";

/** What every journal promises. */
export const journalContract: JournalSuite = (contract) => {
  for (const suite of [appendSuite, endSuite, consumeSuite, sealSuite]) suite(contract);
};
