import { isRecalled, type MessageEvent, type Party } from "../proto/message.js";
import { formatPosition } from "../proto/position.js";
import { TRANSCRIPT_WORDS, type TranscriptLanguage, type TranscriptWords } from "./transcript-words.js";
import { type Element, elementOf, type Transcript } from "./transcripts.js";

type Body = MessageEvent["body"];

export interface TextAsked {
  readonly c: string;
  readonly language: TranscriptLanguage;
  readonly members: readonly Party[];
  /** It goes on from another transcript: who held the conversation then is not known here. */
  readonly goesOn: boolean;
}

/**
 * A transcript for people: one line for each thing that was said or happened, with its time in UTC. A line break inside a message is followed by
 * blanks, so that nobody can write a line that looks like somebody else's.
 */
export function transcriptText({ messages, next, incomplete }: Transcript, asked: TextAsked): string {
  const words = TRANSCRIPT_WORDS[asked.language];
  const lines = new Lines(words, asked);
  for (const message of messages) lines.add(elementOf(message));
  const ends = [
    ...(incomplete.length > 0 ? [words.incomplete] : []),
    ...(next ? [filled(words.goesOn, { place: formatPosition(next) })] : []),
  ];
  return `${[`${words.title} ${asked.c}`, "", ...lines.all, ...(ends.length > 0 ? ["", ...ends] : [])].join("\n")}\n`;
}

class Lines {
  readonly all: string[] = [];
  readonly #words: TranscriptWords;
  readonly #members: readonly Party[];
  /** Undefined when nobody does; null when it is not known. */
  #holder: string | undefined | null;

  constructor(words: TranscriptWords, { members, goesOn }: TextAsked) {
    this.#words = words;
    this.#members = members;
    this.#holder = goesOn ? null : undefined;
  }

  add({ ts = 0, kind, from, body = {} }: Element): void {
    if (kind === "routing") return this.#routing(ts, body);
    if (kind === "system") return this.#system(ts, body);
    const said = from && contentOf(kind, body, this.#words);
    if (said !== undefined) this.#line(ts, `${oneLine(from?.name ?? "")}: ${said}`);
  }

  /** Who comes and goes is told by who holds it after each entry: readers who are shown few of them learn it too. */
  #routing(ts: number, { event, assignee, reason }: Body): void {
    const holder = assignee === undefined ? undefined : String(assignee);
    const { joined, left, closed, reopened } = this.#words;
    if (holder !== this.#holder && typeof this.#holder === "string")
      this.#line(ts, `* ${filled(left, { name: this.#nameOf(this.#holder) })}`);
    if (holder !== this.#holder && holder !== undefined && (this.#holder !== null || event === "assigned"))
      this.#line(ts, `* ${filled(joined, { name: this.#nameOf(holder) })}`);
    this.#holder = holder;
    if (event === "closed") this.#line(ts, `* ${filled(closed, { reason: oneLine(String(reason)) })}`);
    if (event === "reopened") this.#line(ts, `* ${reopened}`);
  }

  #system(ts: number, { code, score, comment }: Body): void {
    if (code !== "rated") return;
    const rated = filled(this.#words.rated, { score: String(score) });
    this.#line(ts, `* ${rated}${comment ? `: ${indented(String(comment))}` : ""}`);
  }

  #nameOf(id: string): string {
    return oneLine(this.#members.find((member) => member.id === id)?.name ?? id);
  }

  #line(ts: number, text: string): void {
    this.all.push(`${new Date(ts).toISOString()}  ${text}`);
  }
}

/** Undefined for what is no message of anybody. */
function contentOf(kind: string, body: Body, words: TranscriptWords): string | undefined {
  if (isRecalled(body)) return words.withdrawn;
  const { text, name, bytes, url, title, actions } = body;
  switch (kind) {
    case "text":
      return indented(String(text));
    case "note":
      return `${words.note} ${indented(String(text))}`;
    case "file":
      return `${filled(words.file, { name: oneLine(String(name)), bytes: String(bytes) })} ${oneLine(String(url))}`;
    case "card":
      return indented([title, text, ...labelsOf(actions)].filter((part) => part !== undefined).join("\n"));
    default:
      return undefined;
  }
}

function labelsOf(actions: unknown): string[] {
  return Array.isArray(actions) ? actions.map(({ label }: { readonly label?: unknown }) => `[${String(label)}]`) : [];
}

/** The sentence with its blanks filled in. */
function filled(sentence: string, values: Readonly<Record<string, string>>): string {
  return sentence.replace(/\{(\w+)\}/g, (blank, name: string) => values[name] ?? blank);
}

const BREAK = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/gu;

function indented(text: string): string {
  return text.replace(BREAK, "\n    ");
}

function oneLine(text: string): string {
  return text.replace(BREAK, " ");
}
