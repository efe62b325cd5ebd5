import { Networks } from "../lib/address.js";
import type { Clock } from "../lib/clock.js";
import type { Config } from "../lib/config.js";
import type { Counts, Metrics } from "../lib/metrics.js";
import type { Rate } from "../lib/setting.js";
import { Budget, byNetwork, refusals } from "./budget.js";

export type BudgetLimits = Pick<
  Config,
  | "exemptAddresses"
  | "callsPerAddress"
  | "callsPerUser"
  | "sendsPerUser"
  | "sendsPerTenant"
  | "visitorsPerAddress"
  | "offlinePerAddress"
  | "uploadsPerAddress"
>;

/** What callers may do in a time, each by its own limit. In memory, of this gateway alone. */
export class Budgets {
  /** Where refusals by any limit are counted, under its name. */
  readonly refused: (limit: string) => Counts;
  /** By address. */
  readonly calls: Budget;
  readonly visitors: Budget;
  readonly offline: Budget;
  readonly uploads: Budget;
  /** By {@link userKey}. */
  readonly callsOfUser: Budget;
  readonly sendsOfUser: Budget;
  /** By tenant. */
  readonly sendsOfTenant: Budget;

  constructor(limits: BudgetLimits, { clock, metrics }: { readonly clock: Clock; readonly metrics: Metrics }) {
    const refused = refusals(metrics);
    this.refused = refused;
    const counts = byNetwork(new Networks(limits.exemptAddresses));
    const budget = (name: string, rate: Rate): Budget => new Budget({ rate, clock, refused: refused(name) });
    const ofAddress = (name: string, rate: Rate): Budget => new Budget({ rate, clock, refused: refused(name), counts });
    this.calls = ofAddress("calls_per_address", limits.callsPerAddress);
    this.visitors = ofAddress("visitors_per_address", limits.visitorsPerAddress);
    this.offline = ofAddress("offline_per_address", limits.offlinePerAddress);
    this.uploads = ofAddress("uploads_per_address", limits.uploadsPerAddress);
    this.callsOfUser = budget("calls_per_user", limits.callsPerUser);
    this.sendsOfUser = budget("sends_per_user", limits.sendsPerUser);
    this.sendsOfTenant = budget("sends_per_tenant", limits.sendsPerTenant);
  }
}
