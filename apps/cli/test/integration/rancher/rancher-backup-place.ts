import { execFileSync } from 'node:child_process'
import { globSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryDirectory } from '@salvage-kit/testbed'
import { salvageKit } from '../../salvage-kit.ts'
import type { Running } from '../../salvage-kit.ts'
import { KEY } from './cattle-server.ts'

/** Where an installation of rancher-backup stands, with a file of its user in the source. */
export interface RancherBackupPlace extends Disposable {
  readonly path: string
  at(path: string): string
  /** As the original's catalog set it: no databases here, since they need an engine. */
  settings(url: string): Record<string, string>
  kit(variables: Record<string, string>): (...args: readonly string[]) => Running
  /** The manifests of the copies. */
  far(kind: 'full' | 'inc'): readonly string[]
  /** A backup as the original made it, word by word; with a cache of its own. */
  original(): void
  /** Where the newest copy was restored to, by the bare program. */
  restored(name: string): string
  /** All that stands in any file. */
  seen(): string
}

/** A new one. */
export function rancherBackupPlace(): RancherBackupPlace {
  const folder = temporaryDirectory()
  const at = (path: string): string => join(folder.path, path)
  mkdirSync(at('source/files'), { recursive: true })
  writeFileSync(at('source/files/mine'), 'mine')
  const duplicity = (...args: readonly string[]): string =>
    execFileSync('duplicity', ['--archive-dir', at('cache'), ...args], { encoding: 'utf8' })
  return {
    path: folder.path,
    at,
    settings: (url) => ({
      APP_HOME: at('home'),
      CATTLE_URL: url,
      CATTLE_ACCESS_KEY: KEY.name,
      CATTLE_SECRET_KEY: KEY.secret,
      'BACKUP_DUPLICITY_source-path': at('source'),
      BACKUP_DUPLICITY_url: `file://${folder.path}`,
      'BACKUP_DUPLICITY_target-path': '/far',
      BACKUP_DUPLICITY_volsize: '',
      BACKUP_MODULE_database: 'false',
      BACKUP_RANCHER_db_port: '',
    }),
    kit:
      (variables) =>
      (...args) =>
        salvageKit(folder.path, variables)('rancher', ...args),
    far: (kind) =>
      readdirSync(at('far')).filter((name) => name.startsWith(`duplicity-${kind}.`) && name.includes('manifest')),
    original: () => {
      mkdirSync(at('far'), { recursive: true })
      const settled = ['--volsize', '200', '--no-encryption', '--allow-source-mismatch', '--full-if-older-than', '7D']
      duplicity(...settled, at('source'), `file://${at('far')}`)
    },
    restored: (name) => {
      duplicity('--no-encryption', `file://${at('far')}`, at(name))
      return at(name)
    },
    seen: () =>
      globSync(['state/**', 'source/**', 'far/**'], { cwd: folder.path })
        .map(at)
        .filter((path) => statSync(path).isFile())
        .map((path) => readFileSync(path, 'latin1'))
        .join('\n'),
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  }
}
