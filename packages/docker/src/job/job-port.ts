import { createRedactor, deadline, SalvageError } from '@salvage-kit/core'
import type { CallOptions, Clean, DumpFile } from '@salvage-kit/core'
import type { DockerEngine } from '../engine.ts'
import { commandContainer, nameJob } from './job-labels.ts'
import type { JobName } from './job-labels.ts'
import type { Job, JobPort, JobRun, JobSettings } from './job.ts'
import { jobFiles } from './job-files.ts'
import { jobImage } from './job-image.ts'
import { removeJob } from './job-sweep.ts'
import { runCommand } from './run-command.ts'

const DEFAULT_LIMIT_MS = 6 * 60 * 60_000
/** A job over its time is put away by its own process; others wait so much longer. */
const MARGIN_MS = 10 * 60_000
const CLEAR_MS = 120_000
/** Shorter values (`1`, `yes`) are no secrets, and without them no line could be read. */
const SHORTEST_SECRET = 4

/**
 * Jobs on a Docker engine: a container for each command, in the image's own way of starting, and a volume that they share
 * at the target directory. The engine's machine needs room for the files; this one does not.
 */
export function dockerJobs(engine: DockerEngine, settings: JobSettings = {}): JobPort {
  return { run: (job, options) => runJob(engine, job, settings, options) }
}

async function* runJob(
  engine: DockerEngine,
  job: Job,
  settings: JobSettings,
  options: JobRun,
): AsyncGenerator<DumpFile> {
  const limitMs = options.limitMs ?? DEFAULT_LIMIT_MS
  using limit = deadline(limitMs, options.signal, late(job, limitMs))
  const { signal } = limit
  signal.throwIfAborted()
  const name = await nameJob(engine, { runId: options.runId, untilMs: Date.now() + limitMs + MARGIN_MS, signal })
  try {
    await runCommands(engine, job, name, { ...options, signal, settings })
    const last = commandContainer(name, job.commands.length)
    yield* jobFiles(engine.readArchive(last, `${options.targetDirectory}/.`, { signal, limitMs: limitMs + MARGIN_MS }))
  } finally {
    // On a clock of its own; what fails here is left to the next sweep.
    using clearing = deadline(CLEAR_MS)
    await removeJob(engine, name.id, { signal: clearing.signal }).catch(() => {})
  }
}

async function runCommands(
  engine: DockerEngine,
  job: Job,
  name: JobName,
  { targetDirectory, secrets = [], settings, signal }: JobRun & { readonly settings: JobSettings },
): Promise<void> {
  const image = await jobImage(engine, job.image, settings, { signal })
  await engine.createVolume({ name: name.volume, labels: name.labels }, steady())
  const clean = cleaner(job, secrets)
  for (const [index, command] of job.commands.entries()) {
    signal.throwIfAborted()
    const place = { job, name, number: index + 1, image, targetDirectory, settings }
    await runCommand(engine, command, place, { signal, clean })
  }
}

/** Once asked for, it is waited for: what nobody waits for may come after the clearing up. */
function steady(): CallOptions {
  return { signal: new AbortController().signal }
}

function cleaner({ environment, commands }: Job, secrets: readonly string[]): Clean {
  const redactor = createRedactor()
  const values = [environment, ...commands.map((command) => command.environment)].flatMap((one) => Object.values(one))
  for (const value of [...values, ...secrets]) if (value.trim().length >= SHORTEST_SECRET) redactor.add(value)
  return (text) => redactor.redact(text)
}

function late({ image }: Job, limitMs: number): SalvageError {
  return new SalvageError('DUMP.JOB_TIMEOUT', `a dump with ${image} did not end within ${String(limitMs / 1000)} s`, {
    hint: 'see what it waits for, or give it more time',
  })
}
