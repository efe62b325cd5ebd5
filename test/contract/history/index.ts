import { beforeSuite } from "./before.js";
import { findSuite } from "./find.js";
import { honestSuite } from "./honest.js";
import { pageSuite } from "./page.js";
import { recordsSuite } from "./records.js";
import type { HistorySuite } from "./suite.js";

/** What every history promises. */
export const historyContract: HistorySuite = (contract) => {
  for (const suite of [findSuite, pageSuite, honestSuite, beforeSuite, recordsSuite]) suite(contract);
};
