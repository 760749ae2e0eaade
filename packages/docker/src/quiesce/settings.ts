import * as z from 'zod'

/** Stops a container and starts it again. */
export const STOP = 'docker.stop'
/** Freezes the processes of a container. */
export const PAUSE = 'docker.pause'
/** Runs commands in a container. */
export const EXEC = 'docker.exec'

/** Tells a service of a swarm to have no tasks, and then as many as before. */
export const SCALE = 'docker.scale'

const Command = z.array(z.string()).min(1).readonly()

/** What `docker.exec` is told of a container. */
export interface ExecSettings {
  readonly pre?: readonly string[]
  readonly post?: readonly string[]
  /** Absent: the container's own. */
  readonly user?: string
  /** As `parseExitCodes` reads it; absent: only 0 is good. */
  readonly exitCodes?: string
  /** How long each command may take; absent: ten minutes. */
  readonly timeoutMs?: number
  /** Nothing else stops or pauses the container: it is up when the post command is due, unless it went down by itself. */
  readonly alone: boolean
}

/** Reads {@link ExecSettings} out of a plan. */
export const ExecSettings: z.ZodType<ExecSettings> = z.strictObject({
  pre: Command.exactOptional(),
  post: Command.exactOptional(),
  user: z.string().min(1).exactOptional(),
  exitCodes: z.string().exactOptional(),
  timeoutMs: z.int().positive().exactOptional(),
  alone: z.boolean(),
})
