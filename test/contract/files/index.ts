import { getSuite } from "./get.js";
import { putSuite } from "./put.js";
import { removeSuite } from "./remove.js";
import type { FilesSuite } from "./suite.js";

/** What `gateway/files.ts` promises, held against one adapter. */
export const filesContract: FilesSuite = (contract) => {
  for (const suite of [putSuite, getSuite, removeSuite]) suite(contract);
};
