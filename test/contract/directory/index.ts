import { getSuite } from "./get.js";
import { listSuite } from "./list.js";
import { putSuite } from "./put.js";
import { removeSuite } from "./remove.js";
import { revisionSuite } from "./revision.js";
import type { DirectorySuite } from "./suite.js";

/** What every directory promises. */
export const directoryContract: DirectorySuite = (contract) => {
  for (const suite of [getSuite, putSuite, removeSuite, listSuite, revisionSuite]) suite(contract);
};
