import { resolve } from 'node:path'
import { parseReference, splitCommandLine } from '@salvage-kit/core'
import type { TargetRef } from '@salvage-kit/core'
import type { HookCommand, HookSettings, LocalDirectory } from '@salvage-kit/local'
import type { Config, HookEntry } from '../config/config.ts'

/** The directories that a rig knows: the configured ones with their hooks, and those that are named for this once. */
export function directoriesOf(config: Config, targets: readonly TargetRef[]): readonly LocalDirectory[] {
  const configured = (config.directories ?? []).map(({ path, hooks }): LocalDirectory => ({
    path: resolve(path),
    ...(hooks === undefined ? {} : { hooks: hookSettings(hooks) }),
  }))
  const known = new Set(configured.map(({ path }) => path))
  const named = targets
    .map((target) => parseReference(target))
    .filter(({ scheme, value }) => scheme === 'dir' && !known.has(value))
    .map(({ value }) => ({ path: value }))
  return [...configured, ...named]
}

function hookSettings({ pre, post, user, timeout, exitCodes, stops }: HookEntry): HookSettings {
  return {
    ...(pre === undefined ? {} : { pre: hookCommand(pre) }),
    ...(post === undefined ? {} : { post: hookCommand(post) }),
    ...(user === undefined ? {} : { user }),
    ...(timeout === undefined ? {} : { timeoutMs: timeout }),
    ...(exitCodes === undefined ? {} : { exitCodes }),
    ...(stops === undefined ? {} : { stops }),
  }
}

function hookCommand(given: NonNullable<HookEntry['pre']>): HookCommand {
  return typeof given === 'string' ? splitCommandLine(given) : given
}
