import type { Scene, Standing } from "./scene.js";

export type RoleName = "visitor" | "agent" | "bot" | "supervisor";

export const NOWHERE = "c_nothing";

const SUFFIX = { agent: "", bot: "-bot" } as const;

/** The people of each role in each of its relations: one conversation for all that leaves it as it is, and a new one for what does not. */
export class Standings {
  readonly #scene: Scene;
  readonly #kept = new Map<string, Promise<Standing>>();

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  /** The one that is kept. */
  kept(role: RoleName, relation: string): Promise<Standing> {
    const key = `${role} ${relation}`;
    const there = this.#kept.get(key) ?? this.fresh(role, relation);
    this.#kept.set(key, there);
    return there;
  }

  async fresh(role: RoleName, relation: string): Promise<Standing> {
    if (relation === "absent" || relation === "foreign") return this.#elsewhere(role, relation);
    if (role === "visitor") return this.#visitor(relation);
    if (role === "supervisor") return { ...(await this.#scene.asked()), who: await this.#scene.account("chief") };
    return this.#desk(SUFFIX[role], relation);
  }

  /** Not there, or not this tenant's: for somebody who has a conversation of its own. */
  async #elsewhere(role: RoleName, relation: string): Promise<Standing> {
    const { who } = await this.kept(role, HOME[role]);
    return { who, c: relation === "absent" ? NOWHERE : await this.#scene.foreign() };
  }

  async #visitor(relation: string): Promise<Standing> {
    const own = await this.#scene.asked();
    return relation === "own" ? own : { who: await this.#scene.visitor(), c: own.c };
  }

  async #desk(suffix: string, relation: string): Promise<Standing> {
    const { c } = await this.#scene.asked();
    if (relation === "serves") return { who: await this.#scene.account(`server${suffix}`), c };
    if (relation === "none") return { who: await this.#scene.account(`outsider${suffix}`), c };
    if (relation === "holds") return this.#scene.given(c, `holder${suffix}`);
    if (relation !== "held") throw new Error(`nobody knows how to be "${relation}"`);
    const former = await this.#scene.given(c, `former${suffix}`);
    await this.#scene.given(c, `holder${suffix}`);
    return former;
  }
}

const HOME: Readonly<Record<RoleName, string>> = { visitor: "own", agent: "holds", bot: "holds", supervisor: "tenant" };
