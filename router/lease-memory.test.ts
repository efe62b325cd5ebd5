import { test } from "node:test";
import { leaseContract } from "../test/contract/lease/index.js";
import type { LeaseUnderTest } from "../test/contract/lease/suite.js";
import { MemoryLease } from "./lease-memory.js";

async function factory(): Promise<LeaseUnderTest> {
  let epoch = 1;
  const lease = new MemoryLease(() => epoch);
  const forget = async (): Promise<MemoryLease> => {
    epoch += 1;
    return new MemoryLease(() => epoch);
  };
  return { lease, elsewhere: lease, forget, pass: async () => undefined };
}

leaseContract({ test, factory, cannot: { time: "an owner in this process ends with the process, so nothing runs out" } });
