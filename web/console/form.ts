import type { TargetedSubmitEvent } from "preact";

export interface Fields {
  /** Without white space around it. */
  text(name: string): string;
  /** As it was typed. */
  exact(name: string): string;
}

/** The fields of a form that is dealt with here and goes nowhere. */
export function fieldsOf(event: TargetedSubmitEvent<HTMLFormElement>): Fields {
  event.preventDefault();
  const data = new FormData(event.currentTarget);
  const exact = (name: string): string => String(data.get(name) ?? "");
  return { exact, text: (name) => exact(name).trim() };
}
