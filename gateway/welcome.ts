import type { Context } from "./context.js";
import type { Session } from "./session.js";

/** What everybody is told of its session, on a socket and over HTTP. */
export function welcome({ clock, limits }: Pick<Context, "clock" | "limits">, { user, tenant, expires_at }: Session) {
  return {
    ...{ user, tenant, now: clock.now(), expires_at, ping_ms: limits.pingMs },
    limits: {
      ...{ frame_bytes: limits.frameBytes, text_bytes: limits.textBytes, in_flight: limits.inFlight },
      ...{ sends_per_s: limits.sendsPerS, history_max: limits.historyMax },
    },
  };
}
