import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { emptyFolder } from "./support/folder.js";
import { HouseProcess } from "./support/house-process.js";
import { agentToken, call, type Frame, Peer } from "./support/peer.js";
import { until } from "./support/until.js";

const COMMANDS = fileURLToPath(new URL("../directory/main.ts", import.meta.url));
const HOUR_MS = 3_600_000;

/** Open in the hour after the next one, every day. */
function laterToday(): object {
  const hour = String((new Date().getUTCHours() + 2) % 24).padStart(2, "0");
  const days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
  return { time_zone: "UTC", week: Object.fromEntries(days.map((day) => [day, [[`${hour}:00`, `${hour}:59`]]])) };
}

async function deskwire(data: string, ...words: string[]): Promise<void> {
  const child = spawn(process.execPath, ["--import", "tsx", COMMANDS, ...words], {
    env: { ...process.env, DESKWIRE_DATA: data },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const [code] = await once(child, "exit");
  assert.equal(code, 0, words.join(" "));
}

test("on a topic that is closed a form waits, and the site and explain say until when; opened, it is offered", async (t) => {
  const data = emptyFolder(t);
  const house = await HouseProcess.start({ data });
  t.after(() => house.stop());
  const { url } = house;
  const file = join(emptyFolder(t), "hours.json");
  writeFileSync(file, JSON.stringify(laterToday()));
  await deskwire(data, "topic", "add", "demo", "sales", "--hours-file", file);
  const sales = async (): Promise<Frame | undefined> =>
    ((await call(url, "GET", "/v1/site/demo")).body["topics"] as Frame[]).find(({ id }) => id === "sales");
  await until("the site to say that it is closed", async () => (await sales())?.["open"] === false);
  const opens_at = Number((await sales())?.["opens_at"]);
  assert.ok(opens_at > Date.now() && opens_at < Date.now() + 2 * HOUR_MS && opens_at % HOUR_MS === 0, `opens at ${opens_at}`);

  const ada = await Peer.hello(url, await agentToken(url, "ada"));
  t.after(() => ada.cut());
  await ada.do("status", { status: "online" });
  const form = { tenant: "demo", topic: "sales", contact: "+49 30 1", text: "Call me." };
  const c = (await call(url, "POST", "/v1/offline", { body: form })).body["c"];
  const [queued] = (await ada.do("explain", { c }))["decisions"] as Frame[];
  assert.deepEqual([queued?.["reason"], queued?.["detail"]], ["offline", { why: "outside_hours", opens_at }]);
  assert.equal((await ada.do("open", { c }))["queue"], undefined);
  assert.equal(ada.events("offer", c).length, 0);

  await deskwire(data, "topic", "add", "demo", "sales", "--hours-file", "none");
  await ada.event("offer", (event) => event["c"] === c);
});
