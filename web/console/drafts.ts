/** What is being written, by conversation: kept while the agent looks at another one. */
export interface Draft {
  readonly text: string;
  readonly note: boolean;
}

const NOTHING: Draft = { text: "", note: false };

const drafts = new Map<string, Draft>();

export function draftOf(c: string): Draft {
  return drafts.get(c) ?? NOTHING;
}

export function keepDraft(c: string, draft: Draft): void {
  if (draft.text === "" && !draft.note) drafts.delete(c);
  else drafts.set(c, draft);
}
