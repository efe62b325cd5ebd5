import { type TestContext, test } from "node:test";
import { routerContract } from "../test/contract/router/index.js";
import type { RouterInHouse } from "../test/contract/router/suite.js";
import { linked, RouterHouse } from "../test/support/router-house.js";

async function factory(t: TestContext): Promise<RouterInHouse> {
  const house = await RouterHouse.build(t);
  const { node, clock, timeline } = await house.router();
  const [here, there] = [linked(node, "g1"), linked(node, "g2")];
  return {
    ...{ router: here.router, elsewhere: there.router, timeline },
    pass: (by_ms) => clock.pass(by_ms),
    loseElsewhere: () => there.unlink(),
    loseWindows: () => house.loseWindows(),
    isStored: () => house.isStored(),
  };
}

routerContract({ test, factory });
