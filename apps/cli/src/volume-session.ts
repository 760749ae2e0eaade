import type { CallOptions, Finding, Reporter } from '@salvage-kit/core'
import { isSalvageError } from '@salvage-kit/core'
import { openVolumes, unknownVolume } from '@salvage-kit/host'
import type { Volumes } from '@salvage-kit/host'
import { failureText } from './failure.ts'
import { interruptible } from './interrupt.ts'
import type { Invocation } from './invocation.ts'
import { commandReporter } from './reporter.ts'
import { openSession } from './session.ts'

/** What a volume command works with. */
export interface VolumeSession extends CallOptions {
  readonly volumes: Volumes
  /** Says what is odd and no failure, on stderr. */
  readonly warn: (findings: readonly Finding[]) => void
}

/**
 * Opens what a volume command needs, does its work and closes again. Events are told with `-v` only: what these commands
 * print is for scripts; with `--json` it is one object. Work that `reads` only does without a state that can be written.
 */
export async function withVolumes(
  invocation: Invocation,
  work: (session: VolumeSession) => Promise<number>,
  { reads = false }: { readonly reads?: boolean } = {},
): Promise<number> {
  const { options, terminal } = invocation
  using reporter = commandReporter(terminal, { ...options, json: false })
  using interrupt = interruptible(terminal, undefined, 'stopping')
  const { signal } = interrupt
  const report: Reporter = (event) => {
    const isVerb = event.type === 'verb.started' || event.type === 'verb.finished' || event.type === 'verb.failed'
    if (!isVerb || options.verbose === true) reporter.report(event)
  }
  const scope = { targets: [], stores: [], btrfs: true, reads }
  await using rig = await openSession(invocation, scope, signal, { report })
  const warn = (findings: readonly Finding[]): void => {
    if (options.quiet !== true) for (const finding of findings) terminal.err(failureText(finding, 'warning'))
  }
  const volumes = await openVolumes(rig)
  try {
    return await work({ volumes, signal, warn })
  } catch (error) {
    const unknown = isSalvageError(error) && error.code === 'VOLUME.NOT_FOUND' ? error : undefined
    const name = invocation.args.find((text) => unknown?.message.includes(JSON.stringify(text)))
    throw name === undefined ? error : await unknownVolume(volumes, name, { signal })
  }
}

/** Prints a result: with `--json` as one object, else its lines, which may be none. */
export function printResult({ options, terminal }: Invocation, json: object, lines: readonly string[]): void {
  if (options.json === true) terminal.out(`${JSON.stringify({ version: 1, ...json }, undefined, 2)}\n`)
  else terminal.out(lines.map((line) => `${line}\n`).join(''))
}
