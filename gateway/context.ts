import type { DirectoryCache } from "../directory/cache.js";
import type { Clock } from "../lib/clock.js";
import type { Config } from "../lib/config.js";
import type { Logger } from "../lib/log.js";
import type { History } from "../persister/history.js";
import type { Router } from "../router/router.js";
import type { Timeline } from "../timeline/timeline.js";
import type { Accounts, PasswordLimits } from "./accounts.js";
import type { Authorisation } from "./authorisation.js";
import type { BudgetLimits, Budgets } from "./budgets.js";
import type { ConnectionMetrics } from "./connection-metrics.js";
import type { EntranceLimits } from "./entrance.js";
import type { Files } from "./files.js";
import type { GuestLimits } from "./guests.js";
import type { Inboxes } from "./inboxes.js";
import type { KnownVisitors } from "./known-visitors.js";
import type { LoginLimits } from "./login-guard.js";
import type { Opening } from "./opening.js";
import type { Origins } from "./origins.js";
import type { PaceLimits } from "./pace.js";
import type { Readership } from "./readership.js";
import type { Reading } from "./reading.js";
import type { Roster } from "./roster.js";
import type { SendRates } from "./send-rates.js";
import type { Sending } from "./sending.js";
import type { Tags } from "./tags.js";
import type { Tokens } from "./tokens.js";
import type { Visits } from "./visits.js";
import type { Waiting, WaitingLimits } from "./waiting.js";

/** The figures of the protocol that an operator may change; `docs/CONFIG.md` explains each. */
export type GatewayLimits = WaitingLimits &
  BudgetLimits &
  EntranceLimits &
  GuestLimits &
  PaceLimits &
  LoginLimits &
  PasswordLimits &
  Pick<
    Config,
    | "frameBytes"
    | "serverFrameBytes"
    | "textBytes"
    | "attributesBytes"
    | "inFlight"
    | "sendsPerS"
    | "sendsBurst"
    | "historyMax"
    | "historyBytes"
    | "transcriptBytes"
    | "helloTimeoutMs"
    | "waitingBytes"
    | "ownOrigins"
    | "pingMs"
    | "fileTypes"
    | "drainPerS"
  >;

/** What handlers of commands and calls work with. */
export interface Context {
  readonly node: string;
  readonly timeline: Timeline;
  readonly history: History;
  readonly router: Router;
  readonly directory: DirectoryCache;
  readonly tokens: Tokens;
  readonly accounts: Accounts;
  readonly visitors: KnownVisitors;
  readonly origins: Origins;
  readonly readership: Readership;
  readonly authorisation: Authorisation;
  readonly reading: Reading;
  readonly opening: Opening;
  readonly sending: Sending;
  readonly tags: Tags;
  readonly visits: Visits;
  readonly sendRates: SendRates;
  readonly budgets: Budgets;
  readonly waiting: Waiting;
  readonly roster: Roster;
  readonly inboxes: Inboxes;
  readonly files: Files;
  readonly limits: GatewayLimits;
  readonly metrics: ConnectionMetrics;
  readonly clock: Clock;
  readonly log: Logger;
}
