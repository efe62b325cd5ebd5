import { Http } from "@deskwire/client";
import { type ReadonlySignal, signal } from "@preact/signals";

export interface Topic {
  readonly id: string;
  readonly name: string;
}

export interface Topics {
  readonly list: ReadonlySignal<readonly Topic[]>;
  /** What people call it; its id when that is all there is. */
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
    nameOf: (id) => list.value.find((topic) => topic.id === id)?.name ?? id,
    load: () => void load(),
  };
}
