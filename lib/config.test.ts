import assert from "node:assert/strict";
import { test } from "node:test";
import { describeConfig, loadConfig, SECTIONS, TABLE } from "./config.js";
import { ConfigError } from "./environment.js";

const noFiles = (path: string): string => {
  throw Object.assign(new Error(`no ${path}`), { code: "ENOENT" });
};

function faultsOf(env: Record<string, string | undefined>, readFile = noFiles): readonly string[] {
  try {
    loadConfig(env, readFile);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.faults;
  }
  return [];
}

test("an empty environment gives the defaults, frozen", () => {
  const config = loadConfig({ HOME: "/root" }, noFiles);
  assert.equal(config.port, 8080);
  assert.equal(config.host, "127.0.0.1");
  assert.equal(config.sendQueueBytes, 256 * 1024);
  assert.equal(config.refreshGraceMs, 7 * 24 * 3600 * 1000);
  assert.ok(Object.isFrozen(config));
});

test("an empty variable counts as absent", () => {
  assert.equal(loadConfig({ DESKWIRE_PORT: "" }, noFiles).port, 8080);
});

test("bytes and times are given plainly or with a unit", () => {
  const config = loadConfig(
    { DESKWIRE_FRAME_BYTES: "4096", DESKWIRE_TEXT_BYTES: "8KiB", DESKWIRE_IDLE_MS: "1500", DESKWIRE_DRAIN_MS: "2min" },
    noFiles,
  );
  assert.deepEqual([config.frameBytes, config.textBytes, config.idleMs, config.drainMs], [4096, 8192, 1500, 120_000]);
});

test("every fault is told at once, each with the variable and what to do", () => {
  const faults = faultsOf({
    DESKWIRE_PORT: "80 80",
    DESKWIRE_LOG_LEVEL: "loud",
    DESKWIRE_PROT: "1",
    DESKWIRE_IN_FLIGHT: "0",
    DESKWIRE_IDLE_MS: "60d",
  });
  assert.deepEqual(faults, [
    "DESKWIRE_PROT is not a setting. Unset it, or look up its name in docs/CONFIG.md.",
    'DESKWIRE_PORT is "80 80". Give a port from 0 to 65535.',
    'DESKWIRE_LOG_LEVEL is "loud". Give one of fatal, error, warn, info, debug, trace, silent.',
    'DESKWIRE_IN_FLIGHT is "0". Give a whole number of at least 1.',
    'DESKWIRE_IDLE_MS is "60d". Give a time of at most 24 days, such as 1500, 20s, 15min or 24h.',
  ]);
});

test("a secret may stand in a file, without the line's end", () => {
  const read = (path: string): string => (path === "/run/secrets/admin" ? " geheim\n" : noFiles(path));
  assert.equal(loadConfig({ DESKWIRE_ADMIN_PASSWORD_FILE: "/run/secrets/admin" }, read).adminPassword, " geheim");
});

test("a secret that is unreadable, empty or given twice refuses without showing it", () => {
  assert.match(
    faultsOf({ DESKWIRE_ADMIN_PASSWORD_FILE: "/none" })[0] ?? "",
    /^DESKWIRE_ADMIN_PASSWORD_FILE: \/none cannot be read \(ENOENT\)/,
  );
  assert.match(faultsOf({ DESKWIRE_ADMIN_PASSWORD_FILE: "/e" }, () => "\n")[0] ?? "", /is empty/);
  assert.match(faultsOf({ DESKWIRE_ADMIN_PASSWORD_FILE: "/e", DESKWIRE_ADMIN_PASSWORD: "geheim" })[0] ?? "", /both set/);
  assert.equal(faultsOf({ DESKWIRE_SESSION_KEYS: "geheim,," })[0]?.includes("geheim"), false);
});

test("a session key that is none refuses without showing it; good ones are taken, the first in front", () => {
  const [one, other] = ["A".repeat(43), "b".padStart(43, "-_0")];
  assert.deepEqual(loadConfig({ DESKWIRE_SESSION_KEYS: `${one}, ${other}` }, noFiles).sessionKeys, [one, other]);
  assert.match(faultsOf({ DESKWIRE_SESSION_KEYS: `${one},geheim` })[0] ?? "", /^DESKWIRE_SESSION_KEYS has a bad value\. Give 32 bytes/);
});

test("settings that contradict each other are both named", () => {
  const faults = faultsOf({ DESKWIRE_FRAME_BYTES: "96KiB", DESKWIRE_HISTORY_BYTES: "1MiB", DESKWIRE_WINDOW_ENTRIES: "150" });
  assert.deepEqual(faults, [
    "DESKWIRE_FRAME_BYTES is not below DESKWIRE_PAYLOAD_BYTES. Change one of them.",
    "DESKWIRE_HISTORY_BYTES is not below DESKWIRE_SERVER_FRAME_BYTES. Change one of them.",
    "DESKWIRE_UNSETTLED_MAX is not below DESKWIRE_WINDOW_ENTRIES. Change one of them.",
  ]);
});

test("a network that is none refuses, whichever of the list it is", () => {
  assert.deepEqual(faultsOf({ DESKWIRE_TRUSTED_PROXIES: "10.0.0.0/8, 10.0.0.0/33", DESKWIRE_CALLS_PER_USER: "many" }), [
    'DESKWIRE_TRUSTED_PROXIES is "10.0.0.0/8, 10.0.0.0/33". Give IP addresses or networks such as 10.0.0.0/8 or fd00::/8, with commas between them, or none.',
    'DESKWIRE_CALLS_PER_USER is "many". Give a number and a time, such as 20/s, 300/min or 50/10s.',
  ]);
});

test("only secrets have a file form", () => {
  assert.match(faultsOf({ DESKWIRE_PORT_FILE: "/port" })[0] ?? "", /DESKWIRE_PORT_FILE is not a setting/);
});

test("a description shows every value but the secrets", () => {
  const shown = describeConfig(loadConfig({ DESKWIRE_ADMIN_PASSWORD: "geheim", DESKWIRE_HOST: "0.0.0.0" }, noFiles));
  assert.equal(shown["DESKWIRE_HOST"], "0.0.0.0");
  assert.equal(shown["DESKWIRE_FRAME_BYTES"], "64 KiB");
  assert.equal(shown["DESKWIRE_ADMIN_PASSWORD"], "(set)");
  assert.equal(shown["DESKWIRE_SESSION_KEYS"], "(not set)");
  assert.equal(JSON.stringify(shown).includes("geheim"), false);
});

test("each row stands once, and its key is its variable's name", () => {
  const keys = Object.values(SECTIONS).flatMap((rows) => Object.keys(rows));
  assert.equal(new Set(keys).size, keys.length);
  for (const [key, row] of Object.entries(TABLE)) assert.equal(row.env, `DESKWIRE_${key.replace(/[A-Z]/g, "_$&").toUpperCase()}`);
});

test("what a description shows of a default can be given as a value", () => {
  for (const row of Object.values(TABLE)) {
    const type = row.type as { format(value: unknown): string; parse(text: string): unknown };
    const text = type.format(row.default);
    if (text !== "") assert.deepEqual(type.parse(text), row.default, row.env);
  }
});
