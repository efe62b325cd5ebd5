import { appendSuite } from "./append.js";
import { attachSuite } from "./attach.js";
import { beginSuite } from "./begin.js";
import { epochSuite } from "./epoch.js";
import { markSuite } from "./mark.js";
import { modelSuite } from "./model.js";
import { lookupSuite, onceSuite } from "./once.js";
import { recallSuite } from "./recall.js";
import { routingSuite } from "./routing.js";
import { settleSuite } from "./settle.js";
import { presenceSuite, signalSuite } from "./signal.js";
import type { BrokerSuite } from "./suite.js";
import { unsettledSuite } from "./unsettled.js";
import { windowSuite } from "./window.js";

const SUITES: readonly BrokerSuite[] = [
  ...[epochSuite, beginSuite, appendSuite, onceSuite, lookupSuite, routingSuite, settleSuite, unsettledSuite],
  ...[windowSuite, recallSuite, attachSuite, markSuite, signalSuite, presenceSuite, modelSuite],
];

/** What every broker promises. */
export const brokerContract: BrokerSuite = (contract) => {
  for (const suite of SUITES) suite(contract);
};
