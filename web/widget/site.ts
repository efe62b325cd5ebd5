import type { Client } from "@deskwire/client";

/** What the protocol takes of an address and a title. */
const URL_CHARS_MAX = 2_048;
const TITLE_CHARS_MAX = 1_000;

interface Navigating {
  readonly navigation?: EventTarget;
}

/** Tells the desk which page of the site the visitor is on, also when the site changes it without loading another. */
export function tellPage(client: Client): void {
  let told = "";
  const tell = () => {
    const url = location.href.slice(0, URL_CHARS_MAX);
    const title = document.title.slice(0, TITLE_CHARS_MAX);
    if (client.state !== "ready" || told === `${url} ${title}`) return;
    told = `${url} ${title}`;
    client.visit({ url, ...(title === "" ? {} : { title }) });
  };
  client.on("ready", () => {
    told = "";
    tell();
  });
  for (const change of ["popstate", "hashchange"]) addEventListener(change, tell);
  (globalThis as Navigating).navigation?.addEventListener("navigatesuccess", tell);
}

/** What the site's own scripts may call: `deskwire.identify(token)`, when its visitor logs in. */
export function offerToSite(identify: (token: string) => Promise<void>): void {
  Object.assign(globalThis, { deskwire: { identify } });
}
