import { execFileSync, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Crane, LiftRef, Source, Store } from '@salvage-kit/core'
import { temporaryDirectory } from '@salvage-kit/testbed'
import { afterAll } from 'vitest'
import { resticCrane } from '../../src/restic/restic-crane.ts'
import { resticStore } from '../../src/restic/restic-store.ts'

/** A repository, a state directory and a source of one test, removed by `using`. */
export interface ResticYard extends Disposable {
  readonly crane: Crane
  readonly store: Store
  readonly source: Source
  readonly at: (name: string) => string
  readonly state: string
  /** A lift of its own, into this store or another. */
  readonly ref: (into?: Store) => LiftRef
  /** Restic itself, on the same repository. */
  readonly restic: (...args: readonly string[]) => string
  /** Restic itself, left running. */
  readonly start: (...args: readonly string[]) => ChildProcess
  readonly locks: () => readonly string[]
  readonly claims: () => readonly string[]
}

let template: string | undefined
let templateFolder: Disposable | undefined

afterAll(() => templateFolder?.[Symbol.dispose]())

/** Made once: to make the keys of a repository takes seconds. */
function templateRepository(): string {
  if (template !== undefined) return template
  const folder = temporaryDirectory('salvage-restic-template-')
  templateFolder = folder
  template = join(folder.path, 'repo')
  writeFileSync(join(folder.path, 'password'), 'correct horse')
  execFileSync('restic', ['init'], { env: resticEnv(template, join(folder.path, 'password')), stdio: 'ignore' })
  return template
}

function resticEnv(repository: string, passwordFile: string): NodeJS.ProcessEnv {
  return { ...process.env, RESTIC_REPOSITORY: repository, RESTIC_PASSWORD_FILE: passwordFile }
}

/** The names in a folder that need not be there. */
function namesIn(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder) : []
}

/** Call options that nobody aborts. */
export const calm = { signal: new AbortController().signal } as const

/** A fresh yard. Its repository is a folder, unless the address of a server that shows that folder is given later. */
export function resticYard(): ResticYard {
  const folder = temporaryDirectory('salvage-restic-')
  const at = (name: string): string => join(folder.path, name)
  cpSync(templateRepository(), at('repo'), { recursive: true })
  writeFileSync(at('password'), 'correct horse')
  mkdirSync(at('source/sub'), { recursive: true })
  writeFileSync(at('source/sub/file'), 'content')
  const store = resticStore(at('repo'), { passwordFile: at('password') })
  let serial = 0
  return {
    crane: resticCrane(at('state')),
    store,
    source: { medium: 'directory', path: at('source') },
    at,
    state: at('state'),
    ref: (into = store) => {
      serial += 1
      return {
        id: `20261121t080000z-${String(process.pid)}-${String(serial)}`,
        runId: `20261121t080000z-${String(process.pid)}`,
        target: `dir:${at('source')}`,
        store: into,
        at: '2026-11-21T08:00:00.000Z',
        machine: 'yard',
      }
    },
    restic: (...args) =>
      execFileSync('restic', [...args], {
        env: resticEnv(at('repo'), at('password')),
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    start: (...args) =>
      spawn('restic', args, { env: resticEnv(at('repo'), at('password')), stdio: ['pipe', 'ignore', 'ignore'] }),
    // Without those that are being written.
    locks: () => namesIn(at('repo/locks')).filter((name) => /^[0-9a-f]{64}$/.test(name)),
    claims: () => namesIn(at('state/restic')),
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  }
}
