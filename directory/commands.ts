import { AGENTS } from "./commands/agents.js";
import { BANS } from "./commands/bans.js";
import { type Command, type CommandPorts, NAME, type Options, parse, usage } from "./commands/command.js";
import { KEYS } from "./commands/keys.js";
import { SESSIONS } from "./commands/sessions.js";
import { TENANTS } from "./commands/tenants.js";
import { TOPICS } from "./commands/topics.js";

export { type CommandPorts, UsageError } from "./commands/command.js";

export const HELP = `
npx deskwire <what> <do> [names] [options]

  tenant add <tenant> [--name N] [--origin URL]… [--topic T]… [--language L]…
  tenant list
  tenant disable <tenant>

  topic add <tenant> <topic> [--name N] [--skill S]… [--hours-file F] [--manual-pick | --no-manual-pick]
  topic list <tenant>

The hours of a topic are JSON: {"time_zone": "Europe/Berlin", "week": {"mon": [["09:00", "12:00"], ["13:00", "24:00"]]}, "holidays":
["2026-12-25"]}. Days that are left out are closed; "none" as the file opens the topic at all times. Where agents may pick, they take from the
queue themselves.

  agent add <tenant> <username> [--name N] [--role agent|supervisor|bot] [--password P | --password-file F]
            [--skill S]… [--topic T]… [--capacity N] [--capacity-max N]
  agent list <tenant>
  agent password <tenant> <username> [--password P | --password-file F]
  agent disable <tenant> <username>
  agent remove <tenant> <username>

  session revoke <tenant> [user]     every session and token of this user, or of everybody

  ban add <tenant> <user> [--until T]   keeps a visitor out: until a time as in 2030-01-31T12:00:00Z, or for good
  ban list <tenant>
  ban lift <tenant> <user>

Keys of the tokens that a site signs itself (issuer, audience deskwire, sub, tenant, role, exp):

  key add <tenant> <key> [--algorithm HS256|EdDSA|RS256] [--material-file F] [--issuer URL]
  key add <tenant> --jwks-file F     every key of a JWK Set, under its kid
  key add <tenant> --jwks-url URL    keys are read from there when a token needs them; "none" ends that
  key list <tenant>
  key disable <tenant> <key>
  key remove <tenant> <key>

The material of HS256 is the secret as text, that of EdDSA and RS256 a public JWK. A token's kid is the key's name; without kid, every key of
its algorithm is tried.

The commands work on the running server of the data folder (DESKWIRE_DATA, ./data), or on the folder itself when none runs.
An add of what is there changes only what is named, and enables it. Without a password, or material of an HS256 key, one is made and printed once.

  --help   this text
`;

const COMMANDS: Readonly<Record<string, Command>> = { ...TENANTS, ...TOPICS, ...AGENTS, ...SESSIONS, ...KEYS, ...BANS };

const WORD = /^\S.{0,63}$/u;

/** Runs one command; answers what to print. Rejects with a UsageError, or with the directory's refusal. */
export async function runCommand(ports: CommandPorts, argv: readonly string[]): Promise<string> {
  const { values, positionals } = parse(argv);
  const [what = "", verb = "", ...names] = positionals;
  const command = COMMANDS[`${what} ${verb}`] ?? usage(`There is no command "${[what, verb].join(" ").trim()}".`);
  const [least, most] = command.names;
  if (names.length < least || names.length > most)
    usage(`"${what} ${verb}" takes ${least === most ? least : `${least} or ${most}`} name(s), not ${names.length}.`);
  for (const name of [...(command.user ? names.slice(0, most - 1) : names), ...topicsOf(values)])
    if (!NAME.test(name)) usage(`"${name}" is no name: 1 to 64 letters, digits and . _ @ -.`);
  for (const word of [...(values.skill ?? []), ...(values.language ?? [])])
    if (!WORD.test(word)) usage(`"${word}" is no skill or language: 1 to 64 characters.`);
  return command.run(ports, names, values);
}

/** `*` stands for all topics. */
function topicsOf({ topic = [] }: Options): readonly string[] {
  return topic.filter((id) => id !== "*");
}
