import { type DestinationStream, destination, type Logger as PinoLogger, pino, stdSerializers } from "pino";

/** Fields first, then a text: `log.info({ c, mid }, "appended")`. `log.child({ request })` carries an id through what it does. */
export type Logger = PinoLogger;

export interface LogOptions {
  readonly level: string;
  readonly name: string;
  /** Where lines go; standard output when left out. */
  readonly to?: DestinationStream;
}

/** Fields that may hold a secret or what people said to each other. Their values never reach a line, whoever logs them. */
const HIDDEN = ["token", "password", "authorization", "secret", "body", "text", "material"] as const;

/**
 * One JSON object per line. A line is written when the call returns, so neither kill -9 nor exit loses one.
 */
export function createLogger({ level, name, to }: LogOptions): Logger {
  const hidden = Object.fromEntries(HIDDEN.map((field) => [field, () => "[hidden]"]));
  const options = {
    level,
    name,
    base: { pid: process.pid },
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { ...hidden, err: stdSerializers.err },
  };
  return pino(options, to ?? destination({ fd: 1, sync: true }));
}
