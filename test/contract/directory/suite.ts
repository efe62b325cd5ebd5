import type { TestContext } from "node:test";
import type { Directory, Tenant, Topic } from "../../../directory/directory.js";
import type { Test } from "../suite.js";

/** A directory of its own, empty. The factory closes it when the test is over. */
export interface DirectoryUnderTest {
  readonly directory: Directory;
  /** Another client of the same rows; the same object where there is only one. */
  readonly elsewhere: Directory;
  /** Closes it and opens it anew over the same data. The ones before may not be used after it. */
  reopen(): Promise<Directory>;
  /** Makes it stop answering, for good. */
  close(): Promise<void>;
}

export interface DirectoryContract {
  readonly test: Test;
  readonly factory: (t: TestContext) => Promise<DirectoryUnderTest>;
}

export type DirectorySuite = (contract: DirectoryContract) => void;

export const SHOP: Tenant = {
  name: "Tea & Tin 茶",
  origins: ["https://tea.example"],
  default_topic: "support",
  languages: ["en", "zh-CN"],
};
export const TOPIC: Topic = { name: { en: "Sales", "zh-CN": "售前" }, reopen_window_ms: 1_000, offer_timeout_ms: 20_000, skills: ["zh"] };
