import { type CommandPorts, runCommand } from "./commands.js";

/** Known to everybody: it stands in the README. */
const PASSWORD = "demo";

const ACCOUNTS: readonly (readonly string[])[] = [
  ["ada", "--name", "Ada", "--role", "agent", "--skill", "en", "--skill", "zh", "--capacity", "5", "--capacity-max", "500"],
  ["lin", "--name", "Lin 林", "--role", "agent", "--skill", "zh", "--capacity", "5", "--capacity-max", "500"],
  ["sun", "--name", "Sun", "--role", "supervisor", "--capacity", "5", "--capacity-max", "500"],
];

export interface DemoOptions {
  /** Origins of the demo site; empty when there is none, and the tenant keeps what it has. */
  readonly origins: readonly string[];
  /** Replaces the demo password; empty for none. */
  readonly password: string;
}

/**
 * Makes the `demo` tenant by the commands a person would use, where it is missing, and brings its origins and passwords up to date. Answers
 * the accounts that have the well-known password.
 */
export async function makeDemo(ports: CommandPorts, { origins, password }: DemoOptions): Promise<readonly string[]> {
  const tenant = await ports.directory.get("tenant", "", "demo");
  if (tenant?.value.disabled) return exposed(ports);
  if (!tenant || (origins.length > 0 && tenant.value.origins.join() !== origins.join())) {
    const topics = tenant ? [] : ["--topic", "support", "--topic", "sales"];
    await runCommand(ports, [
      "tenant",
      "add",
      "demo",
      "--name",
      "Leaf & Kettle",
      ...topics,
      ...origins.flatMap((origin) => ["--origin", origin]),
    ]);
  }
  if (!tenant) await runCommand(ports, ["topic", "add", "demo", "sales", "--manual-pick"]);
  for (const [username = "", ...options] of ACCOUNTS) await makeAccount(ports, username, options, password);
  return exposed(ports);
}

async function makeAccount(ports: CommandPorts, username: string, options: readonly string[], password: string): Promise<void> {
  const row = await ports.directory.get("account", "demo", username);
  const secret = password === "" ? [`--password=${PASSWORD}`, "--demo"] : [`--password=${password}`];
  if (!row) await runCommand(ports, ["agent", "add", "demo", username, ...options, ...secret]);
  else if (row.value.demo && password !== "" && !row.value.disabled) await runCommand(ports, ["agent", "add", "demo", username, ...secret]);
}

async function exposed({ directory }: CommandPorts): Promise<readonly string[]> {
  const accounts = await directory.list("account", "demo");
  return accounts.filter(({ value }) => value.demo && !value.disabled).map(({ id }) => id);
}
