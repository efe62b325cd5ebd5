import { fileURLToPath } from "node:url";
import { defineConfig, type UserConfig } from "vite";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const common: UserConfig = {
  configFile: false,
  logLevel: "warn",
  publicDir: false,
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
};

/** One classic script: no module, no import, nothing fetched after it. */
export const widget = defineConfig({
  ...common,
  root: at("."),
  build: {
    outDir: at("dist"),
    emptyOutDir: false,
    target: "es2022",
    lib: { entry: at("widget/main.ts"), formats: ["iife"], name: "DeskwireWidget", fileName: () => "widget.js" },
  },
});

/** Names without hashes, so that the server can list what it serves. */
const plainNames = { entryFileNames: "[name].js", chunkFileNames: "[name].js", assetFileNames: "[name][extname]" };

function site(name: string, base: string, extra: UserConfig = {}): UserConfig {
  return defineConfig({
    ...common,
    root: at(name),
    base,
    ...extra,
    build: {
      outDir: at(`dist/${name}`),
      emptyOutDir: true,
      target: "es2022",
      modulePreload: false,
      assetsInlineLimit: 0,
      rolldownOptions: { output: plainNames },
    },
  });
}

export const agentConsole = site("console", "/console/");
export const demo = site("demo", "./", { publicDir: at("demo/public") });
export const landing = site("landing", "./");

export const targets: Readonly<Record<string, UserConfig>> = { widget, console: agentConsole, demo, landing };
