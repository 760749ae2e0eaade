import { resolve } from 'node:path'
import type { Backend, CallOptions, Finding, JournalEntry, TargetRef } from '@salvage-kit/core'
import type { Rancher, Standing } from '@salvage-kit/rancher'
import type { Config } from '../config/config.ts'
import type { LoadedConfig } from '../config/load-config.ts'
import type { Scope } from '../rig/platforms.ts'
import { cattleOptions } from './options.ts'

/** The quiescer of a dead run that dumped into a directory. */
const QUIESCER = 'rancher-dumps'

/** Which targets a command is about, and what dead runs left. */
export interface IntoScope {
  readonly named: readonly TargetRef[]
  readonly scope: Scope
  readonly pending: readonly JournalEntry[]
}

/** Whether a command copies nothing but the directory that Rancher is dumped into: then nobody else comes to rest. */
export function isOnlyInto({ cattle }: Config, named: readonly TargetRef[]): boolean {
  const target = directoryOf(cattle)
  return target !== undefined && named.length > 0 && named.every((one) => one === target)
}

/** Whether dumps may have to be written into a directory, or half ones of a dead run be seen to. Reads nothing. */
export function needsInto({ cattle }: Config, { named, scope, pending }: IntoScope): boolean {
  if (pending.some(({ undo }) => undo.kind === 'quiesce' && undo.quiescer === QUIESCER)) return true
  const target = directoryOf(cattle)
  return target !== undefined && (named.includes(target) || (scope.survey === true && scope.btrfs !== true))
}

/** The target that dumps go into; slashes that mean nothing are gone. */
export function directoryOf(cattle: Config['cattle']): TargetRef | undefined {
  return cattle?.into === undefined || cattle.enabled === false ? undefined : `dir:${resolve(cattle.into)}`
}

/** Writes dumps before the directory is copied; Rancher is asked then, and not before. `closing` ends its client. */
export async function intoBackend(
  loaded: LoadedConfig,
  closing: AsyncDisposableStack,
  warn: (finding: Finding) => void,
): Promise<Backend> {
  const { dumpsInto, openRancher, standingIn } = await import('@salvage-kit/rancher')
  const { cattle: { into, environments = [] } = {} } = loaded.config
  const opening = once(async () => {
    const options = await cattleOptions(loaded, closing)
    return { options, rancher: openRancher(options) }
  })
  const rancher: Rancher = {
    survey: async (call) => (await opening()).rancher.survey(call),
    async *open(token, call) {
      yield* (await opening()).rancher.open(token, call)
    },
  }
  const standing = async (call: CallOptions): Promise<readonly Standing[] | undefined> => {
    const { api, databases, stacks } = (await opening()).options
    if (api !== undefined) return standingIn(api, environments, call)
    return databases === false && stacks === false ? [] : undefined
  }
  return dumpsInto({ rancher, standing, warn, ...(into === undefined ? {} : { directory: resolve(into) }) })
}

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let begun: Promise<T> | undefined
  return () => (begun ??= work())
}
