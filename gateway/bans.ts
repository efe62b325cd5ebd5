import type { DirectoryCache } from "../directory/cache.js";
import type { Clock } from "../lib/clock.js";
import { DeskError, refuse } from "../lib/errors.js";
import type { History } from "../persister/history.js";
import { ANONYMOUS } from "../proto/claims.js";
import type { Session } from "./session.js";

type Banned = Pick<Session, "tenant" | "user">;

interface Known {
  readonly directory: Pick<DirectoryCache, "get">;
  readonly clock: Clock;
}

/** Only visitors are: accounts are disabled instead. */
export async function isBanned({ directory, clock }: Known, { tenant, user }: Banned): Promise<boolean> {
  if (user.role !== "visitor") return false;
  const ban = await directory.get("ban", tenant, user.id);
  return ban !== undefined && clock.now() < (ban.until ?? Number.POSITIVE_INFINITY);
}

/** Rejects with `forbidden` for who is banned. */
export async function refuseBanned(known: Known, session: Banned): Promise<void> {
  if (await isBanned(known, session)) throw banned();
}

export function banned(): DeskError {
  return new DeskError("forbidden", "You may not come here.");
}

/** Conversations of one visitor that are looked at for who it was before. */
const LOOK_BACK = 200;

/** The ids that a visitor had before its site said who it is: its other pages, and whoever keeps such a token, go on under them. */
export async function formerIds(history: Pick<History, "conversations">, tenant: string, user: string): Promise<readonly string[]> {
  const { rows } = await history.conversations({ tenant, visitor: user, limit: LOOK_BACK });
  const own = rows.filter(({ authority }) => authority.visitor.id === user);
  const visitors = own.flatMap(({ authority }) =>
    authority.members.filter(({ id, role }) => role === "visitor" && id !== user && ANONYMOUS.test(id)),
  );
  return [...new Set(visitors.map(({ id }) => id))];
}

/**
 * Keeps a visitor out until a time, or for good: within 5 s its sockets are closed and its calls refused as `forbidden`. A time that is over
 * lifts it. Whether anybody has such an id is nobody's to learn, but for accounts: those reject with `forbidden`.
 */
export async function ban(
  directory: Pick<DirectoryCache, "get" | "set">,
  { tenant, user, until }: { readonly tenant: string; readonly user: string; readonly until?: number },
): Promise<void> {
  if (await directory.get("account", tenant, user)) return refuse("forbidden", "Who has an account is not banned: disable the account.");
  await directory.set("ban", tenant, user, until === undefined ? {} : { until });
}
