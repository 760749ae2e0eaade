import { posix } from 'node:path'
import { SalvageError } from '@salvage-kit/core'
import type { MountSpec } from '../container.ts'

/** Where a crane finds the content of the volume, read-only. */
export const VOLUME_PATH = '/salvage/volume'
/** Where a crane finds what there is to know about the volume. */
export const META_PATH = '/salvage/meta/meta.json'
/** Where a crane of version 2 says what came out. */
export const RESULT_PATH = '/salvage/result'
/** Where a crane of version 2 finds what it is to forget. */
export const FORGET_PATH = '/salvage/forget'
const OF_VERSION_1: readonly string[] = [VOLUME_PATH, posix.dirname(META_PATH)]

const VOLUME_NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/

/**
 * The extra mounts of a crane, writable. Throws `CRANE.MOUNT` for a source that is neither the name of a volume nor an
 * absolute path, for a path that is not absolute, for one used twice, and for one that would hide or take in what the
 * crane contract puts under `/salvage`, or at the `further` paths.
 */
export function extraMounts(
  mounts: Readonly<Record<string, string>>,
  further: readonly string[] = [],
): readonly MountSpec[] {
  const taken = new Map<string, string>()
  return Object.entries(mounts).map(([source, path]) => {
    const target = clean(path)
    const problem = sourceProblem(source) ?? pathProblem(target, [...OF_VERSION_1, ...further])
    if (problem !== undefined || target === undefined) throw refused(source, path, problem ?? 'it is not absolute')
    const other = taken.get(target)
    if (other !== undefined) throw refused(source, path, `${other} is mounted there already`)
    taken.set(target, source)
    return source.startsWith('/')
      ? { type: 'bind', source: posix.normalize(source), target, readOnly: false }
      : { type: 'volume', name: source, target, readOnly: false, noCopy: false }
  })
}

function clean(path: string): string | undefined {
  if (!path.startsWith('/') || hasControl(path)) return undefined
  const normal = posix.normalize(path)
  return normal.length > 1 && normal.endsWith('/') ? normal.slice(0, -1) : normal
}

function sourceProblem(source: string): string | undefined {
  if (source.startsWith('/')) return hasControl(source) ? 'the path holds a control character' : undefined
  return VOLUME_NAME.test(source)
    ? undefined
    : `${JSON.stringify(source)} is neither a volume's name nor an absolute path`
}

function pathProblem(given: string | undefined, reserved: readonly string[]): string | undefined {
  if (given === undefined) return 'the path in the crane must be absolute'
  // https://refspecs.linuxfoundation.org/FHS_3.0/fhs/ch05s13.html: a link to /run, and mounts follow links.
  const target = given.replace(/^\/var\/run(?=\/|$)/, '/run')
  for (const own of reserved) {
    if (target === own || target.startsWith(`${own}/`)) return `the crane contract has its own ${own}`
    if (target === '/' || own.startsWith(`${target}/`)) return `it would take in ${own} of the crane contract`
  }
  return undefined
}

function hasControl(text: string): boolean {
  // oxlint-disable-next-line no-control-regex -- the control characters are what this looks for
  return /[\u0000-\u001f\u007f]/.test(text)
}

function refused(source: string, path: string, why: string): SalvageError {
  return new SalvageError('CRANE.MOUNT', `a crane cannot mount ${JSON.stringify(source)} at ${JSON.stringify(path)}`, {
    why,
    hint: 'choose another path in the crane, such as /cache',
  })
}
