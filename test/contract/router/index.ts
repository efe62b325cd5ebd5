import { acceptSuite } from "./accept.js";
import { agentsSuite } from "./agents.js";
import { assignSuite } from "./assign.js";
import { closeSuite } from "./close.js";
import { declineSuite } from "./decline.js";
import { explainSuite } from "./explain.js";
import { identifySuite } from "./identify.js";
import { inboxSuite } from "./inbox.js";
import { listenSuite } from "./listen.js";
import { openSuite } from "./open.js";
import { openOfflineSuite } from "./open-offline.js";
import { queueSuite } from "./queue.js";
import { rateSuite } from "./rate.js";
import { reviveSuite } from "./revive.js";
import { statusSuite } from "./status.js";
import type { RouterSuite } from "./suite.js";
import { transferSuite } from "./transfer.js";
import { waitingSuite } from "./waiting.js";

const SUITES: readonly RouterSuite[] = [
  ...[
    agentsSuite,
    statusSuite,
    openSuite,
    openOfflineSuite,
    acceptSuite,
    declineSuite,
    transferSuite,
    assignSuite,
    closeSuite,
    rateSuite,
    identifySuite,
  ],
  ...[inboxSuite, queueSuite, explainSuite, waitingSuite, listenSuite, reviveSuite],
];

/** What a gateway may expect of its router, however it is reached. */
export const routerContract: RouterSuite = (contract) => {
  for (const suite of SUITES) suite(contract);
};
