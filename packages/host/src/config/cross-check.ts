import { resolve } from 'node:path'
import { isSalvageError } from '@salvage-kit/core'
import { checkStoreText } from '../store/store-text.ts'
import type { StoreNames } from '../store/store-text.ts'
import type { Path } from './document.ts'
import type { Config, TideEntry } from './config.ts'
import { cattleProblems } from './cattle-problems.ts'
import { rancherProblems } from './rancher-problems.ts'
import { reportProblems } from './report-problems.ts'

/** Something that is wrong between two places of a configuration. */
export interface CrossProblem {
  readonly path: Path
  readonly message: string
  readonly why?: string
  readonly hint?: string
}

/** What a schema cannot say: names that must be defined elsewhere, things that may be said once only. */
export function crossProblems(config: Config): readonly CrossProblem[] {
  return [
    ...storeProblems(config),
    ...directoryProblems(config),
    ...tideProblems(config),
    ...reportProblems(config),
    ...rancherProblems(config),
    ...cattleProblems(config),
  ]
}

function storeProblems(config: Config): readonly CrossProblem[] {
  const names = Object.keys(config.stores ?? {})
  return Object.entries(config.stores ?? {}).flatMap(([name, entry]) => {
    const path = ['stores', name]
    if (Object.hasOwn(config.cranes ?? {}, name))
      return [{ path, message: `${JSON.stringify(name)} is a store and a crane`, hint: 'rename one of them' }]
    if (typeof entry !== 'string') return []
    return names.includes(entry)
      ? [{ path, message: 'a store cannot stand for another one', hint: 'write where it is, like archive:/backups' }]
      : attempt(path, () => checkStoreText(entry, { stores: {}, cranes: [] }, 'absolute'))
  })
}

function directoryProblems(config: Config): readonly CrossProblem[] {
  const known = new Set<string>()
  return (config.directories ?? []).flatMap(({ path, hooks }, index) => {
    const problems: CrossProblem[] = []
    const place = ['directories', index]
    const plain = resolve(path)
    if (known.has(plain))
      problems.push({ path: [...place, 'path'], message: `${path} is named twice`, hint: 'join the two' })
    known.add(plain)
    if (hooks !== undefined && hooks.pre === undefined && hooks.post === undefined)
      problems.push({ path: [...place, 'hooks'], message: 'there is neither pre nor post', hint: 'say one of them' })
    return problems
  })
}

function tideProblems(config: Config): readonly CrossProblem[] {
  const names = { stores: config.stores ?? {}, cranes: Object.keys(config.cranes ?? {}) }
  return Object.entries(config.tides ?? {}).flatMap(([name, tide]) => {
    const path = ['tides', name]
    const { to } = tide
    return [
      ...(to !== undefined && tide.crane !== undefined
        ? [{ path: [...path, 'crane'], message: 'to and crane both say where the archives go', hint: 'keep one' }]
        : []),
      // A crane may be defined by labels, which are not read here.
      ...(to === undefined || to.startsWith('crane:')
        ? []
        : attempt([...path, 'to'], () => checkStoreText(to, names, 'absolute'))),
      ...snapshotsProblems([...path, 'snapshots'], tide, names),
    ]
  })
}

/** Only one place can keep the cuts. What is wrong with `to` is told of that. */
function snapshotsProblems(path: Path, { to, snapshots }: TideEntry, names: StoreNames): readonly CrossProblem[] {
  if (snapshots === undefined) return []
  const kindOf = (text: string): string => checkStoreText(text, names, 'absolute').kind
  const wrong = attempt(path, () => kindOf(snapshots))
  if (wrong.length > 0) return wrong
  if (kindOf(snapshots) !== 'csi')
    return [{ path, message: `${JSON.stringify(snapshots)} keeps no snapshots`, hint: 'write csi: or csi:CLASS' }]
  if (to === undefined || attempt(path, () => kindOf(to)).length > 0 || kindOf(to) !== 'csi') return []
  return [{ path, message: 'to and snapshots both say where the cuts are kept', hint: 'keep one' }]
}

function attempt(path: Path, check: () => unknown): readonly CrossProblem[] {
  try {
    check()
    return []
  } catch (error) {
    if (!isSalvageError(error)) throw error
    const { message, why, hint } = error
    return [{ path, message, ...(why === undefined ? {} : { why }), ...(hint === undefined ? {} : { hint }) }]
  }
}
