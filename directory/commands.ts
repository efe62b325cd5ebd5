import { randomBytes } from "node:crypto";
import { parseArgs } from "node:util";
import type { Account, Directory, Key, Row, RowKind, RowValues, Tenant } from "./directory.js";
import { hashPassword } from "./password.js";

/** What a person got wrong; the text says what to do. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export interface CommandPorts {
  readonly directory: Directory;
  readonly now: () => number;
  readonly readFile: (path: string) => string;
}

export const HELP = `
npx deskwire <what> <do> [names] [options]

  tenant add <tenant> [--name N] [--origin URL]… [--topic T]… [--language L]…
  tenant list
  tenant disable <tenant>

  agent add <tenant> <username> [--name N] [--role agent|supervisor|bot] [--password P | --password-file F]
            [--skill S]… [--topic T]… [--capacity N] [--capacity-max N]
  agent list <tenant>
  agent disable <tenant> <username>

  key add <tenant> <key> [--algorithm HS256|EdDSA|RS256] [--material-file F] [--issuer URL]
  key list <tenant>
  key disable <tenant> <key>

The commands work on the running server of the data folder (DESKWIRE_DATA, ./data), or on the folder itself when none runs.
An add of what is there changes only what is named. Without a password, or material of an HS256 key, one is made and printed once.

  --help   this text
`;

const OPTIONS = {
  name: { type: "string" },
  origin: { type: "string", multiple: true },
  topic: { type: "string", multiple: true },
  language: { type: "string", multiple: true },
  role: { type: "string" },
  password: { type: "string" },
  "password-file": { type: "string" },
  skill: { type: "string", multiple: true },
  capacity: { type: "string" },
  "capacity-max": { type: "string" },
  algorithm: { type: "string" },
  "material-file": { type: "string" },
  issuer: { type: "string" },
  demo: { type: "boolean" },
} as const;

type Options = ReturnType<typeof parse>["values"];
type Run = (ports: CommandPorts, names: readonly string[], options: Options) => Promise<string>;

const COMMANDS: Readonly<Record<string, { readonly names: number; readonly run: Run }>> = {
  "tenant add": { names: 1, run: addTenant },
  "tenant list": { names: 0, run: (ports) => listed(ports, "tenant", "") },
  "tenant disable": { names: 1, run: disableTenant },
  "agent add": { names: 2, run: addAgent },
  "agent list": { names: 1, run: (ports, [tenant]) => listedOf(ports, "account", tenant as string) },
  "agent disable": { names: 2, run: disableAgent },
  "key add": { names: 2, run: addKey },
  "key list": { names: 1, run: (ports, [tenant]) => listedOf(ports, "key", tenant as string) },
  "key disable": { names: 2, run: disableKey },
};

/** Runs one command; answers what to print. Rejects with a UsageError, or with the directory's refusal. */
export async function runCommand(ports: CommandPorts, argv: readonly string[]): Promise<string> {
  const { values, positionals } = parse(argv);
  const [what = "", verb = "", ...names] = positionals;
  const command = COMMANDS[`${what} ${verb}`] ?? usage(`There is no command "${[what, verb].join(" ").trim()}".`);
  if (names.length !== command.names) usage(`"${what} ${verb}" takes ${command.names} name(s), not ${names.length}.`);
  for (const name of [...names, ...topicsOf(values)])
    if (!NAME.test(name)) usage(`"${name}" is no name: 1 to 64 letters, digits and . _ @ -.`);
  for (const word of [...(values.skill ?? []), ...(values.language ?? [])])
    if (!WORD.test(word)) usage(`"${word}" is no skill or language: 1 to 64 characters.`);
  return command.run(ports, names, values);
}

const NAME = /^[\w.@-]{1,64}$/;
const WORD = /^\S.{0,63}$/u;

/** `*` stands for all topics. */
function topicsOf({ topic = [] }: Options): readonly string[] {
  return topic.filter((id) => id !== "*");
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true, strict: true });
  } catch (error) {
    return usage((error as Error).message);
  }
}

function usage(text: string): never {
  throw new UsageError(`${text} See npx deskwire --help.`);
}

async function addTenant({ directory }: CommandPorts, [id = ""]: readonly string[], options: Options): Promise<string> {
  const row = await directory.get("tenant", "", id);
  const topics = options.topic ?? (row ? [] : ["support"]);
  for (const origin of options.origin ?? [])
    if (!isOrigin(origin)) usage(`"${origin}" is no origin; give scheme, host and port as in https://www.example.com.`);
  for (const topic of topics) await addTopic(directory, id, topic);
  const tenant: Tenant = {
    ...(row?.value ?? { name: id, origins: [], default_topic: topics[0] ?? "support", languages: ["en", "zh-CN"] }),
    ...(options.name === undefined ? {} : { name: options.name }),
    ...(options.origin ? { origins: options.origin } : {}),
    ...(options.language ? { languages: options.language } : {}),
  };
  const { disabled: _enabled, ...enabled } = tenant;
  await directory.put("tenant", "", id, enabled, row?.version ?? 0);
  return `tenant ${id} ${row ? "changed" : "added"}`;
}

async function addTopic(directory: Directory, tenant: string, id: string): Promise<void> {
  if (await directory.get("topic", tenant, id)) return;
  const name = { en: id.charAt(0).toUpperCase() + id.slice(1), "zh-CN": TOPICS_ZH[id] ?? id };
  await directory.put("topic", tenant, id, { name, skills: [] }, 0);
}

const TOPICS_ZH: Readonly<Record<string, string>> = { support: "客户支持", sales: "售前咨询", billing: "账单", orders: "订单" };

async function disableTenant(ports: CommandPorts, [id = ""]: readonly string[]): Promise<string> {
  const row = await existing(ports, "tenant", "", id);
  await ports.directory.put("tenant", "", id, { ...row.value, disabled: true }, row.version);
  await revoke(ports, id, "*");
  return `tenant ${id} disabled; its sockets are closed within 5 s`;
}

async function addAgent(ports: CommandPorts, [tenant = "", username = ""]: readonly string[], options: Options): Promise<string> {
  await existing(ports, "tenant", "", tenant);
  const row = await ports.directory.get("account", tenant, username);
  const given =
    options.password ??
    (options["password-file"] === undefined ? undefined : ports.readFile(options["password-file"]).replace(/\r?\n$/, ""));
  const made = given === undefined && !row ? randomBytes(12).toString("base64url") : undefined;
  const password = given ?? made;
  if (password === "") usage("An empty password is none; give one, or leave it out and one is made.");
  const account: Account = {
    ...(row?.value ?? { name: username, role: "agent", password: "", skills: [], topics: ["*"], capacity: 5, capacity_max: 10 }),
    ...(options.name === undefined ? {} : { name: options.name }),
    ...(options.role === undefined ? {} : { role: roleOf(options.role) }),
    ...(password === undefined ? {} : { password: await hashPassword(password), demo: options.demo === true }),
    ...(options.skill ? { skills: options.skill } : {}),
    ...(options.topic ? { topics: options.topic } : {}),
    ...(options.capacity === undefined ? {} : { capacity: wholeOf("--capacity", options.capacity) }),
    ...(options["capacity-max"] === undefined ? {} : { capacity_max: wholeOf("--capacity-max", options["capacity-max"]) }),
  };
  if (account.capacity > account.capacity_max) usage(`--capacity ${account.capacity} is above --capacity-max ${account.capacity_max}.`);
  const { disabled: _enabled, ...enabled } = account;
  await ports.directory.put("account", tenant, username, enabled, row?.version ?? 0);
  if (row && password !== undefined) await revoke(ports, tenant, username);
  return `agent ${username} ${row ? "changed" : "added"}${made === undefined ? "" : `; password ${made}`}`;
}

async function disableAgent(ports: CommandPorts, [tenant = "", username = ""]: readonly string[]): Promise<string> {
  const row = await existing(ports, "account", tenant, username);
  await ports.directory.put("account", tenant, username, { ...row.value, disabled: true }, row.version);
  await revoke(ports, tenant, username);
  return `agent ${username} disabled; its sockets are closed within 5 s`;
}

async function addKey(ports: CommandPorts, [tenant = "", id = ""]: readonly string[], options: Options): Promise<string> {
  const site = await existing(ports, "tenant", "", tenant);
  const row = await ports.directory.get("key", tenant, id);
  const algorithm = algorithmOf(options.algorithm ?? row?.value.algorithm ?? "HS256");
  const kept = row?.value.algorithm === algorithm ? row.value : undefined;
  const file = options["material-file"];
  const given = file === undefined ? undefined : materialOf(algorithm, ports.readFile(file).trim());
  if (given === undefined && !kept && algorithm !== "HS256") usage(`${algorithm} needs --material-file with the public key as a JWK.`);
  const made = given === undefined && !kept ? randomBytes(32).toString("base64url") : undefined;
  const material = given ?? made ?? (kept?.material as string);
  const key: Key = { algorithm, material, created_at: material === kept?.material ? kept.created_at : ports.now() };
  await ports.directory.put("key", tenant, id, key, row?.version ?? 0);
  if (options.issuer !== undefined)
    await ports.directory.put("tenant", "", tenant, { ...site.value, issuer: options.issuer }, site.version);
  return `key ${id} ${row ? "changed" : "added"}${made === undefined ? "" : `; secret ${made}`}`;
}

function algorithmOf(text: string): Key["algorithm"] {
  return text === "HS256" || text === "EdDSA" || text === "RS256" ? text : usage(`"${text}" is no algorithm: HS256, EdDSA or RS256.`);
}

const SECRET_CHARS_MIN = 32;
const KEY_TYPES = { EdDSA: "OKP", RS256: "RSA" } as const;

/** The private half of a key has no business here. */
function materialOf(algorithm: Key["algorithm"], text: string): string {
  if (algorithm === "HS256")
    return text.length >= SECRET_CHARS_MIN ? text : usage(`A secret of HS256 has at least ${SECRET_CHARS_MIN} characters.`);
  const jwk = jwkOf(text);
  if (jwk?.["kty"] !== KEY_TYPES[algorithm]) usage(`The material of ${algorithm} is a JWK of type ${KEY_TYPES[algorithm]}.`);
  if (jwk?.["d"] !== undefined) usage("This JWK holds the private key; give the public one.");
  return text;
}

function jwkOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
}

async function disableKey(ports: CommandPorts, [tenant = "", id = ""]: readonly string[]): Promise<string> {
  const row = await existing(ports, "key", tenant, id);
  await ports.directory.put("key", tenant, id, { ...row.value, disabled: true }, row.version);
  return `key ${id} disabled; its tokens are refused within 5 s`;
}

async function revoke({ directory, now }: CommandPorts, tenant: string, user: string): Promise<void> {
  const row = await directory.get("revocation", tenant, user);
  await directory.put("revocation", tenant, user, { not_before: now() }, row?.version ?? 0);
}

async function existing<K extends RowKind>({ directory }: CommandPorts, kind: K, tenant: string, id: string): Promise<Row<RowValues[K]>> {
  return (await directory.get(kind, tenant, id)) ?? usage(`There is no ${kind === "account" ? "agent" : kind} "${id}".`);
}

async function listedOf(ports: CommandPorts, kind: "account" | "key", tenant: string): Promise<string> {
  await existing(ports, "tenant", "", tenant);
  return listed(ports, kind, tenant);
}

async function listed<K extends "tenant" | "account" | "key">({ directory }: CommandPorts, kind: K, tenant: string): Promise<string> {
  const rows = await directory.list(kind, tenant);
  return rows.map(({ id, value }) => `${id}\t${describe(kind, value)}${value.disabled ? "\tdisabled" : ""}`).join("\n");
}

/** Without secrets. */
function describe(kind: RowKind, value: RowValues[RowKind]): string {
  if (kind === "tenant") return `${(value as Tenant).name}\t${(value as Tenant).origins.join(" ")}`;
  if (kind === "key") return (value as Key).algorithm;
  const { name, role, skills, topics, capacity, capacity_max } = value as Account;
  return `${name}\t${role}\tskills ${skills.join(",") || "-"}\ttopics ${topics.join(",")}\tcapacity ${capacity}/${capacity_max}`;
}

function roleOf(text: string): Account["role"] {
  return text === "agent" || text === "supervisor" || text === "bot" ? text : usage(`"${text}" is no role: agent, supervisor or bot.`);
}

function wholeOf(option: string, text: string): number {
  return /^\d{1,4}$/.test(text) ? Number(text) : usage(`${option} takes a whole number, not "${text}".`);
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text;
}
