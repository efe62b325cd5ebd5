import { memoryStorage, type Storage, webStorage } from "@deskwire/client";

/** Kept over reloads where the browser allows it, else with the page. */
export function pageStorage(area: () => globalThis.Storage): Storage {
  try {
    return webStorage(area());
  } catch {
    return memoryStorage();
  }
}

/** Runs once before the next frame, however often it is asked for. */
export function oncePerFrame(draw: () => void): () => void {
  let due = false;
  return () => {
    if (due) return;
    due = true;
    requestAnimationFrame(() => {
      due = false;
      draw();
    });
  };
}
