import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Archive, Crane, LiftRef, RestorePoint, Source, Store } from '@salvage-kit/core'
import { temporaryDirectory } from '@salvage-kit/testbed'
import { duplicityCrane } from '../../src/duplicity/duplicity-crane.ts'
import { duplicityStore } from '../../src/duplicity/duplicity-store.ts'
import type { DuplicityStoreOptions } from '../../src/duplicity/settings.ts'

/** A URL, a state directory and a source of one test, removed by `using`. */
export interface DuplicityYard extends Disposable {
  readonly crane: Crane
  readonly store: Store
  readonly source: Source
  readonly at: (name: string) => string
  readonly write: (name: string, content: string) => void
  readonly state: string
  /** A lift of its own, into this store or another. */
  readonly ref: (into?: Store) => LiftRef
  readonly lift: (into?: Store) => Promise<RestorePoint>
  readonly list: (from?: Store) => Promise<readonly RestorePoint[]>
  /** Restores into a new directory, and gives what stands there. */
  readonly restored: (point: RestorePoint, from?: Store) => Promise<string>
  /** Duplicity itself. */
  readonly duplicity: (...args: readonly string[]) => string
  readonly stored: () => readonly string[]
  /** What is on this machine and should go: folders of calls, unfinished files. */
  readonly leftovers: () => readonly string[]
}

/** Call options that nobody aborts. */
export const calm = { signal: new AbortController().signal } as const

/** A folder as it was copied: duplicity keeps whole seconds. */
export function listing(path: string): string {
  return execFileSync(
    'sh',
    [
      '-c',
      `cd "$1" && find . -printf '%P %y %m %U %G %Ts %l\\n' | sort && find . -type f -exec sha256sum {} + | sort`,
      'sh',
      path,
    ],
    { encoding: 'utf8' },
  )
}

/** A fresh yard; without encryption unless told otherwise. */
export function duplicityYard(options: DuplicityStoreOptions = { encryption: 'none' }): DuplicityYard {
  const folder = temporaryDirectory('salvage-duplicity-')
  const at = (name: string): string => join(folder.path, name)
  const write = (name: string, content: string): void => writeFileSync(at(name), content)
  mkdirSync(at('source/sub'), { recursive: true })
  write('source/sub/file', 'content')
  const store = duplicityStore(`file://${at('far')}`, options)
  const source: Source = { medium: 'directory', path: at('source') }
  const crane = duplicityCrane(at('state'))
  let serial = 0
  const next = (): number => (serial += 1)
  const ref = (into = store): LiftRef => {
    const number = next()
    return {
      id: `20261121t080000z-${String(process.pid)}-${String(number)}`,
      runId: `20261121t080000z-${String(process.pid)}`,
      target: `dir:${at('source')}`,
      store: into,
      at: '2026-11-21T08:00:00.000Z',
      machine: 'yard',
    }
  }
  const lift = async (into = store): Promise<RestorePoint> => {
    const { point, findings }: Archive = await crane.lift(ref(into), source, calm)
    if (findings.length > 0) throw new Error(JSON.stringify(findings))
    return point
  }
  return {
    crane,
    store,
    source,
    at,
    write,
    state: at('state'),
    ref,
    lift,
    list: (from = store) => Array.fromAsync(crane.archives?.list(from, calm) ?? []),
    restored: async (point, from = store) => {
      const path = at(`restored-${String(next())}`)
      mkdirSync(path)
      await crane.archives?.lower(point, from, { medium: 'directory', path }, calm)
      return path
    },
    duplicity: (...args) =>
      execFileSync('duplicity', [...args, '--archive-dir', at('cache')], {
        env: { PASSPHRASE: '', ...process.env },
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    stored: () => namesIn(at('far')),
    leftovers: () => leftoversIn(at('state/duplicity')),
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  }
}

function namesIn(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder).toSorted() : []
}

function leftoversIn(folder: string): readonly string[] {
  return namesIn(folder).flatMap((home) => [
    ...namesIn(join(folder, home, 'work')),
    ...namesIn(join(folder, home, 'cache')).flatMap((series) =>
      namesIn(join(folder, home, 'cache', series)).filter((name) => /\.part(?:\.|$)/.test(name)),
    ),
  ])
}
