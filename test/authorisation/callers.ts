import { call } from "../support/peer.js";
import type { Person, Scene } from "./scene.js";
import { asked } from "./ways.js";

/** Who makes calls: with a token, with one that is no good, or with none. */
export class Callers {
  readonly #scene: Scene;
  #file: Promise<string> | undefined;

  constructor(scene: Scene) {
    this.#scene = scene;
  }

  async token(column: string): Promise<{ readonly token?: string }> {
    if (column === "no token") return {};
    if (column === "bad token") return { token: "let-me-in" };
    if (column === "visitor") return { token: (await this.#scene.visitor()).token };
    if (column === "revoked") return { token: await this.#revoked() };
    if (column === "banned") return { token: await this.#banned() };
    // A new one each time: the call before may have been the one that ends it.
    return { token: await this.#scene.token(`caller-${column}`) };
  }

  /** A file that is there. */
  file(): Promise<string> {
    this.#file ??= this.#upload();
    return this.#file;
  }

  async #revoked(): Promise<string> {
    const { token, peer } = await this.#scene.visitor();
    await call(this.#scene.url, "POST", "/v1/logout", { token });
    await peer.over();
    return token;
  }

  async #banned(): Promise<string> {
    const { id, token, peer }: Person = await this.#scene.visitor();
    await (await this.#scene.account("chief")).peer.do("ban", { user: id });
    await peer.over();
    return token;
  }

  async #upload(): Promise<string> {
    const { who, c } = await this.#scene.asked();
    const { words } = await asked(this.#scene, "POST", `/v1/files?c=${c}&name=tea.txt`, {
      token: who.token,
      content: ["text/plain", "tea"],
    });
    return /\/v1\/files\/([^"]+)/.exec(words)?.[1] ?? "none";
  }
}
