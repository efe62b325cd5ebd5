import { type JsonWebKey, randomBytes } from "node:crypto";
import type { Key, Tenant } from "../directory.js";
import { algorithmOfJwk, isJwksUrl, publicKey, RSA_BITS_MIN, SECRET_CHARS_MIN } from "../key.js";
import { type Command, type CommandPorts, existing, NAME, type Options, type Run, usage } from "./command.js";
import { off } from "./tenants.js";

export const KEYS: Readonly<Record<string, Command>> = {
  "key add": { names: [1, 2], run: addKeys },
  "key list": { names: [1, 1], run: listKeys },
  "key disable": { names: [2, 2], run: disableKey },
  "key remove": { names: [2, 2], run: removeKey },
};

/** One key by its name, those of a file by their own, or where to read them; with the issuer of their tokens. */
async function addKeys(...[ports, [tenant = "", id], options]: Parameters<Run>): Promise<string> {
  const { value: site } = await existing(ports, "tenant", "", tenant);
  const changes = changesOf(options);
  const file = options["jwks-file"];
  if (id === undefined && file === undefined && Object.keys(changes).length === 0)
    usage('"key add" takes the name of a key, --jwks-file, --jwks-url or --issuer.');
  if (id !== undefined && file !== undefined) usage("The keys of --jwks-file have names of their own; leave the key's name out.");
  const said: string[] = [];
  if ((changes.issuer ?? site.issuer) === undefined)
    said.push(`tenant ${tenant} has no issuer yet, so no token of its own is good: give --issuer`);
  if (file !== undefined) said.push(...(await importKeys(ports, tenant, ports.readFile(file))));
  if (id !== undefined) said.push(await addKey(ports, tenant, id, options));
  if (Object.keys(changes).length > 0) await changeTenant(ports, tenant, changes);
  if (said.length === 0) said.push(`tenant ${tenant} changed`);
  return said.join("\n");
}

type Changes = { readonly issuer?: string; readonly jwks_url?: string };

function changesOf({ issuer, "jwks-url": url }: Options): Changes {
  if (issuer === "deskwire" || issuer === "") usage(`"${issuer}" is no issuer of a site; give its address or name.`);
  if (url !== undefined && url !== "none" && !isJwksUrl(url))
    usage(`"${url}" is no address for keys: https://…, http://… only on this machine, or none.`);
  return { ...(issuer === undefined ? {} : { issuer }), ...(url === undefined ? {} : { jwks_url: url }) };
}

async function changeTenant(ports: CommandPorts, id: string, { issuer, jwks_url }: Changes): Promise<void> {
  const row = await existing(ports, "tenant", "", id);
  const { jwks_url: was, ...rest } = row.value;
  const url = jwks_url === "none" ? undefined : (jwks_url ?? was);
  const tenant: Tenant = { ...rest, ...(issuer === undefined ? {} : { issuer }), ...(url === undefined ? {} : { jwks_url: url }) };
  await ports.directory.put("tenant", "", id, tenant, row.version);
}

async function addKey(ports: CommandPorts, tenant: string, id: string, options: Options): Promise<string> {
  const row = await ports.directory.get("key", tenant, id);
  const algorithm = algorithmOf(options.algorithm ?? row?.value.algorithm ?? "HS256");
  const kept = row?.value.algorithm === algorithm ? row.value : undefined;
  const file = options["material-file"];
  const given = file === undefined ? undefined : materialOf(algorithm, ports.readFile(file).trim());
  if (given === undefined && !kept && algorithm !== "HS256") usage(`${algorithm} needs --material-file with the public key as a JWK.`);
  const made = given === undefined && !kept ? randomBytes(32).toString("base64url") : undefined;
  const material = given ?? made ?? (kept?.material as string);
  await put(ports, tenant, id, algorithm, material);
  return `key ${id} ${row ? "changed" : "added"}${made === undefined ? "" : `; secret ${made}`}`;
}

/** Enabled, as an add does. The same material stays as old as it is. */
async function put({ directory, now }: CommandPorts, tenant: string, id: string, algorithm: Key["algorithm"], material: string) {
  const row = await directory.get("key", tenant, id);
  const same = row?.value.algorithm === algorithm && row.value.material === material;
  const key: Key = { algorithm, material, created_at: same ? row.value.created_at : now() };
  await directory.put("key", tenant, id, key, row?.version ?? 0);
}

/** Nothing of the file is taken when a key of it could not be. */
async function importKeys(ports: CommandPorts, tenant: string, text: string): Promise<readonly string[]> {
  const set = jsonOf(text) as { readonly keys?: unknown } | undefined;
  const jwks = Array.isArray(set?.keys) ? (set.keys as JsonWebKey[]) : [];
  if (jwks.length === 0) usage('The file of --jwks-file is a JWK Set: {"keys": […]} with at least one key.');
  const keys = jwks.map((jwk) => ({ id: nameOf(jwk), algorithm: algorithmOfJwk(jwk), jwk }));
  for (const { id, algorithm, jwk } of keys)
    if (algorithm) checked(algorithm, jwk);
    else usage(`The key "${id}" is none for EdDSA or RS256.`);
  for (const { id, algorithm, jwk } of keys) await put(ports, tenant, id, algorithm as Key["algorithm"], JSON.stringify(jwk));
  return keys.map(({ id, algorithm }) => `key ${id} added; ${algorithm}`);
}

function nameOf(jwk: JsonWebKey): string {
  const { kid } = (jwk ?? {}) as { readonly kid?: unknown };
  return typeof kid === "string" && NAME.test(kid)
    ? kid
    : usage(`Each key of the set needs a "kid" of 1 to 64 letters, digits and . _ @ -, not ${JSON.stringify(kid)}.`);
}

function algorithmOf(text: string): Key["algorithm"] {
  return text === "HS256" || text === "EdDSA" || text === "RS256" ? text : usage(`"${text}" is no algorithm: HS256, EdDSA or RS256.`);
}

const KEY_TYPES = { EdDSA: "OKP", RS256: "RSA" } as const;

function materialOf(algorithm: Key["algorithm"], text: string): string {
  if (algorithm === "HS256")
    return text.length >= SECRET_CHARS_MIN ? text : usage(`A secret of HS256 has at least ${SECRET_CHARS_MIN} characters.`);
  const jwk = jsonOf(text) as JsonWebKey | undefined;
  if (jwk?.kty !== KEY_TYPES[algorithm]) return usage(`The material of ${algorithm} is a JWK of type ${KEY_TYPES[algorithm]}.`);
  checked(algorithm, jwk);
  return text;
}

/** The private half of a key has no business here. */
function checked(algorithm: Key["algorithm"], jwk: JsonWebKey): void {
  if (jwk.d !== undefined) usage("This JWK holds the private key; give the public one.");
  if (algorithmOfJwk(jwk) !== algorithm || !publicKey(jwk))
    usage(`This JWK is no public key for ${algorithm}: Ed25519 for EdDSA, RSA of at least ${RSA_BITS_MIN} bits for RS256.`);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Without secrets. */
async function listKeys(...[ports, [tenant = ""]]: Parameters<Run>): Promise<string> {
  const { value: site } = await existing(ports, "tenant", "", tenant);
  const rows = await ports.directory.list("key", tenant);
  return [
    ...(site.issuer === undefined ? [] : [`issuer\t${site.issuer}`]),
    ...(site.jwks_url === undefined ? [] : [`keys from\t${site.jwks_url}`]),
    ...rows.map(({ id, value }) => [id, value.algorithm, ...off(value)].join("\t")),
  ].join("\n");
}

async function disableKey(...[ports, [tenant = "", id = ""]]: Parameters<Run>): Promise<string> {
  const row = await existing(ports, "key", tenant, id);
  await ports.directory.put("key", tenant, id, { ...row.value, disabled: true }, row.version);
  return `key ${id} disabled; its tokens are refused, and the sockets that stand on it closed, within 5 s`;
}

async function removeKey(...[ports, [tenant = "", id = ""]]: Parameters<Run>): Promise<string> {
  const row = await existing(ports, "key", tenant, id);
  await ports.directory.remove("key", tenant, id, row.version);
  return `key ${id} removed; its tokens are refused, and the sockets that stand on it closed, within 5 s`;
}
