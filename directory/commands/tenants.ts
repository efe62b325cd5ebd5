import type { Directory, Tenant } from "../directory.js";
import { type Command, existing, type Options, type Run, revoke, usage } from "./command.js";

export const TENANTS: Readonly<Record<string, Command>> = {
  "tenant add": { names: [1, 1], run: addTenant },
  "tenant list": { names: [0, 0], run: listTenants },
  "tenant disable": { names: [1, 1], run: disableTenant },
};

async function addTenant(...[{ directory }, [id = ""], options]: Parameters<Run>): Promise<string> {
  const row = await directory.get("tenant", "", id);
  const topics = options.topic ?? (row ? [] : ["support"]);
  for (const origin of options.origin ?? [])
    if (!isOrigin(origin)) usage(`"${origin}" is no origin; give scheme, host and port as in https://www.example.com.`);
  for (const topic of topics) await addTopic(directory, id, topic);
  const tenant: Tenant = {
    ...(row?.value ?? { name: id, origins: [], default_topic: topics[0] ?? "support", languages: ["en", "zh-CN"] }),
    ...named(options),
  };
  const { disabled: _enabled, ...enabled } = tenant;
  await directory.put("tenant", "", id, enabled, row?.version ?? 0);
  return `tenant ${id} ${row ? "changed" : "added"}`;
}

function named({ name, origin, language }: Options): Partial<Tenant> {
  return {
    ...(name === undefined ? {} : { name }),
    ...(origin ? { origins: origin } : {}),
    ...(language ? { languages: language } : {}),
  };
}

async function addTopic(directory: Directory, tenant: string, id: string): Promise<void> {
  if (await directory.get("topic", tenant, id)) return;
  const name = { en: id.charAt(0).toUpperCase() + id.slice(1), "zh-CN": TOPICS_ZH[id] ?? id };
  await directory.put("topic", tenant, id, { name, skills: [] }, 0);
}

const TOPICS_ZH: Readonly<Record<string, string>> = { support: "客户支持", sales: "售前咨询", billing: "账单", orders: "订单" };

async function listTenants(...[{ directory }]: Parameters<Run>): Promise<string> {
  const rows = await directory.list("tenant", "");
  return rows.map(({ id, value }) => [id, value.name, value.origins.join(" "), ...off(value)].join("\t")).join("\n");
}

async function disableTenant(...[ports, [id = ""]]: Parameters<Run>): Promise<string> {
  const row = await existing(ports, "tenant", "", id);
  await ports.directory.put("tenant", "", id, { ...row.value, disabled: true }, row.version);
  await revoke(ports, id, "*");
  return `tenant ${id} disabled; its sockets are closed within 5 s`;
}

/** The last word of a list's line. */
export function off({ disabled }: { readonly disabled?: boolean }): readonly string[] {
  return disabled ? ["disabled"] : [];
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text;
}
