import type { TestContext } from "node:test";
import type { Store } from "../../../persister/store.js";
import type { Cannot, Test } from "../suite.js";

/** A store of its own, empty. The factory closes it when the test is over. */
export interface StoreUnderTest {
  readonly store: Store;
  /** Closes it and opens it anew over the same data. */
  reopen(): Promise<Store>;
  /** Makes it stop answering, for good. */
  close(): Promise<void>;
}

/** `partitions`: keeps more than one partition of a journal. */
export type StoreAbility = "partitions";

export interface StoreContract {
  readonly test: Test;
  readonly factory: (t: TestContext) => Promise<StoreUnderTest>;
  readonly cannot?: Cannot<StoreAbility>;
}

export type StoreSuite = (contract: StoreContract) => void;
