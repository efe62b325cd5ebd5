import { type Language, pickLanguage } from "../messages/language.js";

/** What the site says in its script tag: `data-tenant`, and if it likes `data-topic`, `data-name`, `data-language`. */
export interface Embedding {
  /** The widget speaks to where it came from. */
  readonly gateway: string;
  readonly tenant: string;
  readonly topic: string | undefined;
  readonly name: string | undefined;
  readonly language: Language;
}

/** Throws when the tag lacks what the widget cannot do without: the page's developer reads that in the console. */
export function embedded(script: HTMLOrSVGScriptElement | null): Embedding {
  const { tenant, topic, name, language } = script?.dataset ?? {};
  if (!(script instanceof HTMLScriptElement) || tenant === undefined)
    throw new TypeError('Deskwire: embed the widget as <script async src="https://…/widget.js" data-tenant="…"></script>.');
  return { gateway: new URL(script.src).origin, tenant, topic, name, language: pickLanguage([language, ...navigator.languages]) };
}
