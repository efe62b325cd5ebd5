/**
 * Structure, checked: rooms in reading order, the dash rule, no cycles. `npm run check structure` runs it.
 */
const ROOMS = ["proto", "lib", "timeline", "directory", "persister", "router", "gateway", "embedded"];

/** A driver may be imported only where the file's name says so: `x-<technology>.ts`, or main.ts. */
const DRIVERS = {
  lmdb: "^node_modules/lmdb/",
  grpc: "^node_modules/@grpc/",
  uws: "^node_modules/uWebSockets\\.js/",
  fs: "^node_modules/fs-native-extensions/",
  http: "^(node:)?https?$",
  redis: "^node_modules/ioredis/",
  kafka: "^node_modules/kafkajs/",
  cassandra: "^node_modules/cassandra-driver/",
  ws: "^node_modules/ws/",
};

const TESTS = "\\.test\\.tsx?$";
const OUTSIDE = "^(test|bench|loadtest|scripts|deploy)/";

const readingOrder = ROOMS.map((room, i) => {
  const allowed = ROOMS.slice(0, i + 1).join("|");
  return {
    name: `reading-order-${room}`,
    comment: `${room}/ imports only rooms above it: ${allowed}.`,
    severity: "error",
    from: { path: `^${room}/`, pathNot: TESTS },
    to: { path: "^[^/]+/", pathNot: `^((${allowed}|node_modules)/|node:)`, dependencyTypesNot: ["core"] },
  };
});

const dashRule = Object.entries(DRIVERS).map(([technology, driver]) => ({
  name: `dash-${technology}`,
  comment: `Only *-${technology}.ts and main.ts import this driver.`,
  severity: "error",
  from: { path: `^(${ROOMS.join("|")}|client)/`, pathNot: [`-${technology}\\.ts$`, "(^|/)main\\.ts$", TESTS] },
  to: { path: driver },
}));

module.exports = {
  forbidden: [
    ...readingOrder,
    ...dashRule,
    {
      name: "no-cycles",
      comment: "Modules that need each other are one module, or a third one is missing.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "no-unresolved",
      comment: "An import must lead somewhere.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: "no-tests-in-rooms",
      comment: "What runs imports no test, bench, script or fake.",
      severity: "error",
      from: { path: `^(${ROOMS.join("|")}|client|web)/`, pathNot: [TESTS, "^web/[^/]+\\.ts$"] },
      to: { path: [TESTS, OUTSIDE, "-fake\\.ts$"] },
    },
    {
      name: "no-dev-packages-in-rooms",
      comment: "What runs is in dependencies.",
      severity: "error",
      from: { path: `^(${ROOMS.join("|")})/`, pathNot: TESTS },
      to: { dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown"], dependencyTypesNot: ["type-only"] },
    },
    {
      name: "proto-without-node",
      comment: "The words know nothing of Node.",
      severity: "error",
      from: { path: "^proto/", pathNot: [TESTS, "-grpc\\.ts$"] },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "client-alone",
      comment: "The client imports proto/ and itself, nothing else: no Node, no packages, no room.",
      severity: "error",
      from: { path: "^client/", pathNot: TESTS },
      to: { pathNot: "^(client|proto)/" },
    },
    {
      name: "client-without-schemas",
      comment: "From proto/ the client runs only pure code; schemas would carry their compiler into every page. Types are free.",
      severity: "error",
      from: { path: "^client/", pathNot: TESTS },
      to: { path: "^proto/", pathNot: "^proto/(position|codes|message)\\.ts$", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "web-on-the-client",
      comment: "Pages use the client, proto/ and Preact, nothing else.",
      severity: "error",
      from: { path: "^web/[^/]+/", pathNot: TESTS },
      to: { pathNot: "^(web|client|proto)/|^node_modules/(preact|@preact)/" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^|/)(dist|data|coverage|\\.cache|\\.run)/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default", "types"],
      extensions: [".ts", ".tsx", ".js", ".json", ".css", ".d.ts"],
    },
    moduleSystems: ["es6", "cjs"],
  },
};
