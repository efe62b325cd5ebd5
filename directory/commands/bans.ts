import { type Command, existing, type Run, usage } from "./command.js";

export const BANS: Readonly<Record<string, Command>> = {
  "ban add": { names: [2, 2], user: true, run: addBan },
  "ban list": { names: [1, 1], run: listBans },
  "ban lift": { names: [2, 2], user: true, run: liftBan },
};

/** Of a visitor, known here or not. */
async function addBan(...[ports, [tenant = "", user = ""], options]: Parameters<Run>): Promise<string> {
  const { directory, now } = ports;
  await existing(ports, "tenant", "", tenant);
  if (await directory.get("account", tenant, user)) usage(`"${user}" has an account: disable that instead.`);
  const until = options.until === undefined ? undefined : timeOf(options.until);
  if (until !== undefined && until <= now()) usage(`--until ${options.until} is over; to end a ban, use "ban lift".`);
  const row = await directory.get("ban", tenant, user);
  await directory.put("ban", tenant, user, until === undefined ? {} : { until }, row?.version ?? 0);
  return `${user} banned ${wordsOf(until)}; its sockets are closed within 5 s`;
}

/** Those that hold. */
async function listBans(...[ports, [tenant = ""]]: Parameters<Run>): Promise<string> {
  await existing(ports, "tenant", "", tenant);
  const rows = await ports.directory.list("ban", tenant);
  const standing = rows.filter(({ value: { until } }) => until === undefined || until > ports.now());
  return standing.map(({ id, value }) => `${id}  ${wordsOf(value.until)}`).join("\n");
}

async function liftBan(...[ports, [tenant = "", user = ""]]: Parameters<Run>): Promise<string> {
  const row = await existing(ports, "ban", tenant, user);
  await ports.directory.remove("ban", tenant, user, row.version);
  return `ban of ${user} lifted`;
}

function wordsOf(until: number | undefined): string {
  return until === undefined ? "for good" : `until ${new Date(until).toISOString()}`;
}

/** Without a zone a time would mean another moment on another machine. */
function timeOf(text: string): number {
  const at = /T.*(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? usage(`--until "${text}" is no time; give one with its zone, as in 2030-01-31T12:00:00Z.`) : at;
}
