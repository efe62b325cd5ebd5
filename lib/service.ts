/**
 * Anything that runs. All three calls are idempotent.
 *
 * `start` resolves when the service does its work; when it rejects, nothing of it is left running. `drain` stops taking new
 * work and resolves when what was taken is finished or the deadline has passed. `stop` lets go of everything.
 */
export interface Service {
  readonly name: string;
  start(): Promise<void>;
  drain(deadline_ms: number): Promise<void>;
  stop(): Promise<void>;
}
