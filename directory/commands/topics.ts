import type { Topic } from "../directory.js";
import type { Hours } from "../hours.js";
import { HoursError, parseHours } from "../hours-file.js";
import { type Command, type CommandPorts, existing, type Options, type Run, usage } from "./command.js";
import { off } from "./tenants.js";

export const TOPICS: Readonly<Record<string, Command>> = {
  "topic add": { names: [2, 2], run: addTopic },
  "topic list": { names: [1, 1], run: listTopics },
};

async function addTopic(...[ports, [tenant = "", id = ""], options]: Parameters<Run>): Promise<string> {
  const { value: site } = await existing(ports, "tenant", "", tenant);
  const row = await ports.directory.get("topic", tenant, id);
  const inEvery = (name: string): Topic["name"] => Object.fromEntries(site.languages.map((language) => [language, name]));
  const { disabled: _enabled, ...topic }: Topic = {
    ...(row?.value ?? { name: inEvery(id), skills: [] }),
    ...(options.name === undefined ? {} : { name: inEvery(options.name) }),
    ...(options.skill ? { skills: options.skill } : {}),
  };
  await ports.directory.put("topic", tenant, id, withHours(withPicks(topic, options), ports, options), row?.version ?? 0);
  return `topic ${id} ${row ? "changed" : "added"}`;
}

function withPicks({ manual_pick: before, ...topic }: Topic, options: Options): Topic {
  const picks = options["manual-pick"] ? true : options["no-manual-pick"] ? undefined : before;
  return picks === undefined ? topic : { ...topic, manual_pick: picks };
}

/** `none` takes them away: it is open at all times. */
function withHours({ hours: before, ...topic }: Topic, ports: CommandPorts, { "hours-file": file }: Options): Topic {
  if (file === "none") return topic;
  const hours = file === undefined ? before : hoursIn(ports, file);
  return hours === undefined ? topic : { ...topic, hours };
}

function hoursIn({ readFile }: CommandPorts, file: string): Hours {
  const text = readFile(file);
  try {
    return parseHours(text);
  } catch (error) {
    if (error instanceof HoursError) return usage(`${file}: ${error.message}`);
    throw error;
  }
}

async function listTopics(...[ports, [tenant = ""]]: Parameters<Run>): Promise<string> {
  const { value: site } = await existing(ports, "tenant", "", tenant);
  const rows = await ports.directory.list("topic", tenant);
  return rows
    .map(({ id, value }) => [id, ...described(value), ...(id === site.default_topic ? ["default"] : []), ...off(value)].join("\t"))
    .join("\n");
}

function described({ name, skills, hours, manual_pick }: Topic): readonly string[] {
  const names = [...new Set(Object.values(name))].join(", ");
  return [
    names,
    `skills ${skills.join(",") || "-"}`,
    hours ? `hours ${hours.time_zone}` : "always open",
    ...(manual_pick ? ["manual pick"] : []),
  ];
}
