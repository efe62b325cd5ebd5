import { randomBytes } from "node:crypto";
import type { Account } from "../directory.js";
import { hashPassword } from "../password.js";
import { type Command, type CommandPorts, existing, type Options, type Run, revoke, usage } from "./command.js";
import { off } from "./tenants.js";

export const AGENTS: Readonly<Record<string, Command>> = {
  "agent add": { names: [2, 2], run: addAgent },
  "agent list": { names: [1, 1], run: listAgents },
  "agent password": { names: [2, 2], run: changePassword },
  "agent disable": { names: [2, 2], run: disableAgent },
  "agent remove": { names: [2, 2], run: removeAgent },
};

const NEWCOMER = { role: "agent", password: "", skills: [], topics: ["*"], capacity: 5, capacity_max: 10 } as const;

async function addAgent(...[ports, [tenant = "", username = ""], options]: Parameters<Run>): Promise<string> {
  await existing(ports, "tenant", "", tenant);
  const row = await ports.directory.get("account", tenant, username);
  const given = passwordOf(ports, options);
  const made = given === undefined && !row ? makePassword() : undefined;
  const password = given ?? made;
  const account: Account = {
    ...(row?.value ?? { ...NEWCOMER, name: username }),
    ...named(options),
    ...(password === undefined ? {} : { password: await hashPassword(password), demo: options.demo === true }),
  };
  if (account.capacity > account.capacity_max) usage(`--capacity ${account.capacity} is above --capacity-max ${account.capacity_max}.`);
  const { disabled: _enabled, ...enabled } = account;
  await ports.directory.put("account", tenant, username, enabled, row?.version ?? 0);
  if (row && password !== undefined) await revoke(ports, tenant, username);
  return `agent ${username} ${row ? "changed" : "added"}${told(made)}`;
}

function named(options: Options): Partial<Account> {
  const { name, role, skill, topic, capacity, "capacity-max": max } = options;
  return {
    ...(name === undefined ? {} : { name }),
    ...(role === undefined ? {} : { role: roleOf(role) }),
    ...(skill ? { skills: skill } : {}),
    ...(topic ? { topics: topic } : {}),
    ...(capacity === undefined ? {} : { capacity: wholeOf("--capacity", capacity) }),
    ...(max === undefined ? {} : { capacity_max: wholeOf("--capacity-max", max) }),
  };
}

async function listAgents(...[ports, [tenant = ""]]: Parameters<Run>): Promise<string> {
  await existing(ports, "tenant", "", tenant);
  const rows = await ports.directory.list("account", tenant);
  return rows.map(({ id, value }) => [id, ...described(value), ...off(value)].join("\t")).join("\n");
}

function described({ name, role, skills, topics, capacity, capacity_max }: Account): readonly string[] {
  return [name, role, `skills ${skills.join(",") || "-"}`, `topics ${topics.join(",")}`, `capacity ${capacity}/${capacity_max}`];
}

/** Whoever is logged in with the password before is out. */
async function changePassword(...[ports, [tenant = "", username = ""], options]: Parameters<Run>): Promise<string> {
  const row = await existing(ports, "account", tenant, username);
  const given = passwordOf(ports, options);
  const made = given === undefined ? makePassword() : undefined;
  const password = await hashPassword(given ?? (made as string));
  await ports.directory.put("account", tenant, username, { ...row.value, password, demo: false }, row.version);
  await revoke(ports, tenant, username);
  return `agent ${username} changed; its sockets are closed within 5 s${told(made)}`;
}

async function disableAgent(...[ports, [tenant = "", username = ""]]: Parameters<Run>): Promise<string> {
  const row = await existing(ports, "account", tenant, username);
  await ports.directory.put("account", tenant, username, { ...row.value, disabled: true }, row.version);
  await revoke(ports, tenant, username);
  return `agent ${username} disabled; its sockets are closed within 5 s`;
}

/** The revocation stays: an account that is made anew under the name does not bring old tokens back. */
async function removeAgent(...[ports, [tenant = "", username = ""]]: Parameters<Run>): Promise<string> {
  const row = await existing(ports, "account", tenant, username);
  await revoke(ports, tenant, username);
  await ports.directory.remove("account", tenant, username, row.version);
  return `agent ${username} removed; its sockets are closed within 5 s`;
}

function passwordOf(ports: CommandPorts, { password, "password-file": file }: Options): string | undefined {
  const given = password ?? (file === undefined ? undefined : ports.readFile(file).replace(/\r?\n$/, ""));
  return given === "" ? usage("An empty password is none; give one, or leave it out and one is made.") : given;
}

function makePassword(): string {
  return randomBytes(12).toString("base64url");
}

function told(made: string | undefined): string {
  return made === undefined ? "" : `; password ${made}`;
}

function roleOf(text: string): Account["role"] {
  return text === "agent" || text === "supervisor" || text === "bot" ? text : usage(`"${text}" is no role: agent, supervisor or bot.`);
}

function wholeOf(option: string, text: string): number {
  return /^\d{1,4}$/.test(text) ? Number(text) : usage(`${option} takes a whole number, not "${text}".`);
}
