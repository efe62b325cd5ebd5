/** A stretch of text; with `href` it is a link. Joined together the texts are the input, character by character. */
export interface Part {
  readonly text: string;
  readonly href?: string;
}

export const LINK_REL = "noopener noreferrer ugc";

const SCHEMES: ReadonlySet<string> = new Set(["http:", "https:", "mailto:"]);
const CANDIDATE = /(?:https?:\/\/|mailto:)[^\s<>"'`，。；：！？（）【】《》「」、]+/gi;
const TRAILING = /[.,;:!?*_~]+$/;

/** Finds http, https and mailto addresses. Only these ever become links, whatever else the text holds. */
export function links(text: string): Part[] {
  const parts: Part[] = [];
  let done = 0;
  for (const match of text.matchAll(CANDIDATE)) {
    const address = trimmed(match[0]);
    const href = safe(address);
    if (href === undefined) continue;
    if (match.index > done) parts.push({ text: text.slice(done, match.index) });
    parts.push({ text: address, href });
    done = match.index + address.length;
  }
  if (done < text.length) parts.push({ text: text.slice(done) });
  return parts;
}

/** Punctuation that ends a sentence, and a bracket that was opened before the address, belong to the sentence. */
function trimmed(candidate: string): string {
  const address = candidate.replace(TRAILING, "");
  if (address.endsWith(")") && !address.includes("(")) return trimmed(address.slice(0, -1));
  return address.endsWith("]") && !address.includes("[") ? trimmed(address.slice(0, -1)) : address;
}

function safe(address: string): string | undefined {
  if (!URL.canParse(address)) return undefined;
  const url = new URL(address);
  return SCHEMES.has(url.protocol) ? url.href : undefined;
}
