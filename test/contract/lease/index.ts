import { acquireSuite } from "./acquire.js";
import { releaseSuite } from "./release.js";
import { renewSuite } from "./renew.js";
import type { LeaseSuite } from "./suite.js";

/** What every lease promises. */
export const leaseContract: LeaseSuite = (contract) => {
  for (const suite of [acquireSuite, renewSuite, releaseSuite]) suite(contract);
};
