import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { CALLS } from "../gateway/calls/index.js";
import { OPS } from "../proto/commands.js";
import { SENDS } from "../proto/shapes.js";
import { Callers } from "./authorisation/callers.js";
import { CALL_DEEDS, callIt, isListed } from "./authorisation/calls.js";
import { DEEDS, doIt } from "./authorisation/deeds.js";
import { type Row, readTables, type Table } from "./authorisation/document.js";
import { NO_CONVERSATION, OFFERS, PICKS } from "./authorisation/others.js";
import { Scene } from "./authorisation/scene.js";
import { type RoleName, Standings } from "./authorisation/standings.js";
import { byHttp, bySocket, type Told, type Way } from "./authorisation/ways.js";
import { callsOf, commandsOf, OTHERS, type Shape } from "./authorisation/whole.js";

/** Expectations come from the document alone; nothing here asks the code who may do what. */
const TABLES = readTables();
const ROLES: Readonly<Record<string, RoleName>> = {
  "A visitor": "visitor",
  "An agent": "agent",
  "A bot": "bot",
  "A supervisor": "supervisor",
};

const scene = await Scene.start();
const standings = new Standings(scene);
const callers = new Callers(scene);
after(() => scene.stop());

const WAYS: Readonly<Record<string, Way>> = { "over the socket": bySocket, "over HTTP": byHttp(scene) };
const [NO_SOCKET] = TABLES.filter(({ heading }) => heading === "Commands without a socket");

/** What stands in another table. */
const ELSEWHERE = new Set(["above", "below"]);

/** One test per row: what each column is told, against what the document says. */
function row({ what, cells }: Row, name: string, tell: (column: string) => Promise<Told>): void {
  test(`${name}: ${what}`, async () => {
    const told = new Map<string, Told>();
    for (const { column } of cells) told.set(column, await tell(column));
    assert.deepEqual(
      cells.map(({ column }) => `${column}: ${told.get(column)?.says}`),
      cells.map(({ column, says }) => `${column}: ${says}`),
    );
    const words = [...told.values()].filter(({ says }) => says === "not_found").map(({ words }) => words);
    assert.deepEqual(
      [...new Set(words)],
      words.slice(0, 1),
      "what is not there, what is another tenant's and what may not be read are answered alike",
    );
  });
}

for (const [heading, role] of Object.entries(ROLES)) {
  describe(heading, () => {
    for (const [way, asks] of Object.entries(WAYS))
      for (const each of rowsOf(heading, way))
        row(each, way, (relation) => doIt({ scene, standings, role, relation, what: each.what }, asks));
  });
}

/** The rows of a role; over HTTP without those that need a socket. */
function rowsOf(heading: string, way: string): readonly Row[] {
  const unsupported = new Set(NO_SOCKET?.rows.map(({ what }) => what));
  return tableOf(heading).rows.filter(({ what }) => way === "over the socket" || !unsupported.has(what));
}

describe("Commands without a socket", () => {
  for (const each of NO_SOCKET?.rows ?? [])
    row(each, "over HTTP", async (role) => {
      const { who, c } = await standings.kept(role as RoleName, { visitor: "own", supervisor: "tenant" }[role] ?? "holds");
      return byHttp(scene)(who, each.what, { c, token: who.token });
    });
});

describe("Offers, and picking", () => {
  const [offers, picks] = TABLES.filter(({ heading }) => heading === "Offers, and picking");
  for (const each of offers?.rows ?? []) row(each, "an offer", (column) => OFFERS(scene, each.what, column));
  for (const each of picks?.rows ?? []) row(each, "who waits", (column) => PICKS(scene, each.what, column));
});

describe("Commands about no conversation", () => {
  for (const each of tableOf("Commands about no conversation").rows)
    row(each, "over the socket", (role) => NO_CONVERSATION(scene, each.what, role as RoleName));
});

describe("HTTP calls", () => {
  for (const { what, cells } of tableOf("HTTP calls").rows)
    row({ what, cells: cells.filter(({ says }) => !ELSEWHERE.has(says)) }, "a call", async (column) => {
      const { c } = await standings.kept("agent", "holds");
      return callIt(scene, { what, c, ...(await callers.token(column)), file: await callers.file() });
    });
});

for (const [heading, role] of Object.entries(ROLES)) {
  describe(`Calls about a conversation: ${heading}`, () => {
    for (const each of tableOf(`Calls about a conversation: ${heading.toLowerCase()}`).rows)
      row(each, "a call", async (relation) => {
        const { who, c } = await standings.kept(role, relation);
        return each.what === "GET /v1/conversations"
          ? isListed(scene, who.token, c)
          : callIt(scene, { what: each.what, c, token: who.token });
      });
  });
}

test("no table lacks a row or a column of what is to be looked at", () => {
  const whole = [
    ...Object.entries(ROLES).flatMap(([heading, role]) => [
      [heading, [commandsOf(role)]] as const,
      [`Calls about a conversation: ${heading.toLowerCase()}`, [callsOf(role)]] as const,
    ]),
    ...Object.entries(OTHERS),
  ];
  for (const [heading, shapes] of whole) assert.deepEqual(shapesUnder(heading), shapes.map(sorted), heading);
});

test("every command of the protocol has a row, for each role", () => {
  for (const heading of Object.keys(ROLES))
    assert.deepEqual([...opsIn([tableOf(heading), tableOf("Commands about no conversation")])].sort(), Object.keys(OPS).sort(), heading);
});

test("every kind that may be sent has a row, for each role", () => {
  for (const heading of Object.keys(ROLES)) {
    const rows = new Set(tableOf(heading).rows.map(({ what }) => what));
    assert.deepEqual(
      Object.keys(SENDS).filter((kind) => !rows.has(`send ${kind}`)),
      [],
      heading,
    );
  }
});

test("every HTTP call has a row", () => {
  const paths = tableOf("HTTP calls").rows.map(({ what }) => what.split(" ") as [method: string, path: string]);
  const left = CALLS.filter(
    (call) => !paths.some(([method, path]) => call.method === method && call.path.test(path.replace(/\{\w+\}/, "x"))),
  );
  assert.deepEqual(
    left.map(({ method, path }) => `${method} ${path.source}`),
    [],
  );
});

test("nothing here is done that the document does not name", () => {
  const named = new Set(TABLES.flatMap(({ rows }) => rows.map(({ what }) => what)));
  assert.deepEqual(
    [...Object.keys(DEEDS), ...Object.keys(CALL_DEEDS)].filter((what) => !named.has(what)),
    [],
  );
});

function opsIn(tables: readonly Table[]): Set<string> {
  return new Set(tables.flatMap(({ rows }) => rows.map(({ what }) => what.split(" ")[0] as string)));
}

/** The rows there are, and the columns that each of them has. */
function shapesUnder(heading: string): readonly Shape[] {
  const tables = TABLES.filter((each) => each.heading === heading);
  return tables.map(({ rows }) =>
    sorted({ rows: rows.map(({ what }) => what), columns: rows[0]?.cells.map(({ column }) => column) ?? [] }),
  );
}

function sorted({ rows, columns }: Shape): Shape {
  return { rows: [...rows].sort(), columns: [...columns].sort() };
}

function tableOf(heading: string): Table {
  const table = TABLES.find((each) => each.heading === heading);
  assert.ok(table, `the document has no table under "${heading}"`);
  return table;
}
