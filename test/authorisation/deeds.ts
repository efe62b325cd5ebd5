import type { Scene, Standing } from "./scene.js";
import type { RoleName, Standings } from "./standings.js";
import { resuming, type Told, type Way } from "./ways.js";

/** How a row about a conversation is done. */
export interface Deed {
  readonly op: string;
  /** The conversation is not as it was when it was done. */
  readonly changes?: true;
  readonly fields: (standing: Standing, scene: Scene) => object;
}

const onlyC = (): object => ({});
const said = (scene: Scene, kind: string, body: object): object => ({ mid: scene.word(kind), kind, body });

/** By what the document calls it. */
export const DEEDS: Readonly<Record<string, Deed>> = {
  open: { op: "open", fields: onlyC },
  leave: { op: "leave", fields: onlyC },
  "send text": { op: "send", fields: (_, scene) => said(scene, "text", { text: "hello" }) },
  "send file": {
    op: "send",
    fields: (_, scene) => said(scene, "file", { name: "a.txt", mime: "text/plain", bytes: 1, url: "/v1/files/f" }),
  },
  "send card": { op: "send", fields: (_, scene) => said(scene, "card", { title: "Tea", actions: [] }) },
  "send note": { op: "send", fields: (_, scene) => said(scene, "note", { text: "a regular" }) },
  "send recall": { op: "send", fields: ({ said: mid }, scene) => said(scene, "recall", { mid: mid ?? "never-said" }) },
  "send recall of a note": { op: "send", fields: ({ said: mid }, scene) => said(scene, "recall", { mid: mid ?? "never-said" }) },
  mark: { op: "mark", fields: () => ({ read: [1, 1] }) },
  typing: { op: "typing", fields: onlyC },
  history: { op: "history", fields: onlyC },
  close: { op: "close", changes: true, fields: onlyC },
  rate: { op: "rate", fields: () => ({ score: 5 }) },
  accept: { op: "accept", fields: () => ({ offer: "never-made" }) },
  decline: { op: "decline", fields: () => ({ offer: "never-made" }) },
  transfer: { op: "transfer", changes: true, fields: () => ({ to: { topic: "elsewhere" } }) },
  hold: { op: "hold", fields: onlyC },
  unhold: { op: "unhold", fields: onlyC },
  wrapped: { op: "wrapped", fields: onlyC },
  tag: { op: "tag", fields: () => ({ add: ["vip"] }) },
  assign: { op: "assign", changes: true, fields: () => ({ agent: "me" }) },
  explain: { op: "explain", fields: onlyC },
};

export interface Doing {
  readonly scene: Scene;
  readonly standings: Standings;
  readonly role: RoleName;
  readonly relation: string;
  readonly what: string;
}

/** Does what the row says, and answers what the caller is told, the conversation's id blanked. */
export async function doIt({ scene, standings, role, relation, what }: Doing, way: Way): Promise<Told> {
  if (what === "hello") {
    const { who, c } = await standings.kept(role, relation);
    return blanked(await resuming(scene, who, c), c);
  }
  const deed = DEEDS[what];
  if (!deed) throw new Error(`the document has a row "${what}" that this test cannot do`);
  const standing = await ready(await (deed.changes ? standings.fresh(role, relation) : standings.kept(role, relation)), what, scene);
  return blanked(await way(standing.who, deed.op, { c: standing.c, ...deed.fields(standing, scene) }), standing.c);
}

/** What a row needs to have happened before: something to take back, and an attempt to open what is marked. */
async function ready(standing: Standing, what: string, scene: Scene): Promise<Standing> {
  const { who, c } = standing;
  if (what === "mark" || what === "typing") await who.peer.ask("open", { c });
  if (what.startsWith("send recall"))
    return { ...standing, ...(await somethingSaid(standing, what.endsWith("note") ? "note" : "text", scene)) };
  return standing;
}

/** Refused to some: then it is what they said when they could, if they ever could. */
async function somethingSaid({ who, c, said: before }: Standing, kind: string, scene: Scene): Promise<{ said?: string }> {
  const mid = scene.word("taken-back");
  const { error } = await who.peer.ask("send", { c, mid, kind, body: { text: "oh no" } });
  return error ? { ...(before === undefined ? {} : { said: before }) } : { said: mid };
}

function blanked({ says, words }: Told, c: string): Told {
  return { says, words: words.replaceAll(c, "c_blank") };
}
