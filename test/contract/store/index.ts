import { conversationSuite } from "./conversation.js";
import { conversationsSuite } from "./conversations.js";
import { decisionsSuite } from "./decisions.js";
import { epochSuite } from "./epoch.js";
import { findSuite } from "./find.js";
import { marksSuite } from "./marks.js";
import { passedSuite } from "./passed.js";
import { recallSuite } from "./recall.js";
import { rowsSuite } from "./rows.js";
import type { StoreSuite } from "./suite.js";
import { unreadableSuite } from "./unreadable.js";
import { visitorSuite } from "./visitor.js";
import { writeSuite } from "./write.js";

const SUITES = [
  ...[writeSuite, unreadableSuite, passedSuite, rowsSuite, findSuite, epochSuite, recallSuite],
  ...[conversationSuite, conversationsSuite, marksSuite, visitorSuite, decisionsSuite],
];

/** What every store promises. */
export const storeContract: StoreSuite = (contract) => {
  for (const suite of SUITES) suite(contract);
};
