import { existsSync, mkdirSync, readdirSync, rmdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

const ROOT = '/sys/fs/cgroup'
const TRIES = 100
const POLL_MS = 50

/**
 * The name of the group that everything of a node is in. Undefined on a machine with the unified hierarchy: there the
 * kubelet makes its own at the top.
 */
export function controlGroup(folder: string): string | undefined {
  return existsSync(join(ROOT, 'cgroup.controllers')) ? undefined : `/salvage-${basename(folder)}`
}

/** Makes it in every hierarchy. */
export function makeControlGroups(folder: string): void {
  for (const path of paths(folder)) mkdirSync(path, { recursive: true })
}

/** Removes it with all groups below; their processes may still be on their way out. */
export async function removeControlGroups(folder: string): Promise<void> {
  for (let tried = 0; tried < TRIES; tried += 1) {
    for (const path of paths(folder)) removeTree(path)
    if (!paths(folder).some((path) => existsSync(path))) return
    await sleep(POLL_MS)
  }
}

function paths(folder: string): readonly string[] {
  const group = controlGroup(folder)
  if (group === undefined) return []
  return readdirSync(ROOT, { withFileTypes: true })
    .filter((hierarchy) => hierarchy.isDirectory())
    .map((hierarchy) => join(ROOT, hierarchy.name, group))
}

function removeTree(path: string): void {
  if (!existsSync(path)) return
  for (const entry of readdirSync(path, { withFileTypes: true }))
    if (entry.isDirectory()) removeTree(join(path, entry.name))
  try {
    rmdirSync(path)
  } catch {
    // Somebody is still in it.
  }
}
