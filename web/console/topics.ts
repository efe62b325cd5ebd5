import { Http } from "@deskwire/client";
import { type ReadonlySignal, signal } from "@preact/signals";
import { language } from "./words.js";

interface Topic {
  readonly id: string;
  /** By language. */
  readonly name: Readonly<Record<string, string>>;
}

export interface Topics {
  readonly list: ReadonlySignal<readonly Topic[]>;
  /** What people call it, in the language chosen or another; its id when that is all there is. */
  nameOf(id: string): string;
  /** Reads them, unless that was done. What cannot be read now is read at the next call. */
  load(): void;
}

/** What visitors of a desk may ask about. */
export function topicsOf(tenant: string): Topics {
  const list = signal<readonly Topic[]>([]);
  const http = new Http({ url: location.origin });
  const load = async () => {
    if (list.value.length > 0) return;
    const site = await http.site<{ topics: readonly Topic[] }>(tenant).catch(() => undefined);
    if (site) list.value = site.topics;
  };
  return {
    list,
    nameOf: (id) => named(list.value.find((topic) => topic.id === id)) ?? id,
    load: () => void load(),
  };
}

function named(topic: Topic | undefined): string | undefined {
  return topic?.name[language.value] ?? Object.values(topic?.name ?? {})[0];
}
