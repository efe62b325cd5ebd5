import { type TestContext, test } from "node:test";
import { systemClock } from "../lib/clock.js";
import { routerContract } from "../test/contract/router/index.js";
import type { RouterInHouse } from "../test/contract/router/suite.js";
import { log } from "../test/support/log.js";
import { RouterHouse } from "../test/support/router-house.js";
import { RouterClient } from "./client-grpc.js";
import { serveRouter } from "./router-grpc.js";

async function factory(t: TestContext): Promise<RouterInHouse> {
  const stops: (() => Promise<void>)[] = [];
  // Hooks run in the order they were set: the streams end before the router they lead to.
  t.after(async () => {
    for (const stop of stops.toReversed()) await stop();
  });
  const house = await RouterHouse.build(t);
  const { node, clock, timeline } = await house.router();
  const server = serveRouter(node, { address: "127.0.0.1:0", clock: systemClock, log });
  await server.start();
  stops.push(() => server.stop());
  const client = async (gateway: string): Promise<RouterClient> => {
    const made = new RouterClient({ address: `127.0.0.1:${server.port}`, gateway, clock: systemClock, log });
    stops.push(() => made.stop());
    await made.start();
    return made;
  };
  const [router, elsewhere] = [await client("g1"), await client("g2")];
  return {
    ...{ router, elsewhere, timeline },
    pass: (by_ms) => clock.pass(by_ms),
    loseElsewhere: () => elsewhere.stop(),
    loseWindows: () => house.loseWindows(),
    isStored: () => house.isStored(),
  };
}

routerContract({ test, factory });
