import { mkdir, mkdtempDisposable, readdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { LiftRef } from '@salvage-kit/core'
import { expect, test } from 'vitest'
import { archiveCrane } from './archive-crane.ts'
import { archiveStore } from './archive-store.ts'

const calm = { signal: new AbortController().signal } as const

test('a lift that fails leaves no empty folder of its target, and never takes one that is used', async () => {
  await using home = await mkdtempDisposable(join(tmpdir(), 'salvage-archive-'))
  const at = (name: string): string => join(home.path, name)
  const crane = archiveCrane(at('state'))
  const store = archiveStore(at('store'))
  await mkdir(at('source'))
  await writeFile(at('source/file'), 'content')
  const source = { medium: 'directory', path: at('source') } as const
  await crane.preflight(store, [source], { ...calm, init: true })
  const ref = (serial: number): LiftRef => ({
    id: `20261121t080000z-c0ffee-${String(serial)}`,
    runId: '20261121t080000z-c0ffee',
    target: `dir:${at('source')}`,
    store,
    at: '2026-11-21T08:00:00.000Z',
    machine: 'here',
  })
  const before = await readdir(at('store'))
  await expect(crane.lift(ref(1), { ...source, path: at('gone') }, calm)).rejects.toThrow()
  expect(await readdir(at('store'))).not.toEqual(before)
  await crane.clear(ref(1), calm)
  await crane.archives?.withdraw(ref(1), calm)
  expect(await readdir(at('store'))).toEqual(before)
  await crane.lift(ref(2), source, calm)
  await crane.clear(ref(1), calm)
  await crane.clear(ref(2), calm)
  expect(await Array.fromAsync(crane.archives?.list(store, calm) ?? [])).toHaveLength(1)
})
