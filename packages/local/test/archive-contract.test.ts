import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import { directoryOf } from '@salvage-kit/core'
import { craneContract } from '@salvage-kit/core/testing'
import { archiveCrane } from '../src/archive/archive-crane.ts'
import { archiveStore } from '../src/archive/archive-store.ts'

craneContract('archive', async () => {
  const home = await mkdtemp(join(tmpdir(), 'salvage-archive-'))
  const source = join(home, 'source')
  const storeDirectory = join(home, 'store')
  await mkdir(join(source, 'folder'), { recursive: true })
  await writeFile(join(source, 'folder', 'file'), 'content')
  await symlink('folder/file', join(source, 'link'))
  return {
    crane: archiveCrane(join(home, 'state')),
    again: () => archiveCrane(join(home, 'state')),
    store: archiveStore(storeDirectory),
    source: { medium: 'directory', path: source },
    destination: async () => {
      const path = join(home, 'destination')
      await mkdir(path)
      return { medium: 'directory', path }
    },
    compare: async (left, right) => {
      const [a, b] = [directoryOf(left) ?? '', directoryOf(right) ?? '']
      expect(execFileSync('diff', ['--recursive', '--no-dereference', a, b], { encoding: 'utf8' })).toBe('')
    },
    leftovers: async () => (await readdir(home, { recursive: true })).filter((path) => /(?:^|\/)\.[a-z]/.test(path)),
    [Symbol.asyncDispose]: () => rm(home, { recursive: true }),
  }
})
