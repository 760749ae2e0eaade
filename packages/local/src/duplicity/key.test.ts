import { chmodSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryDirectory } from '@salvage-kit/testbed'
import { expect, test, vi } from 'vitest'
import { depotOf } from './depot.ts'
import { duplicityStore } from './duplicity-store.ts'
import { mustOpen } from './key.ts'

test('a GnuPG that does not answer is not waited for without end', async () => {
  using folder = temporaryDirectory('salvage-key-')
  const gpg = join(folder.path, 'gpg')
  writeFileSync(gpg, '#!/bin/sh\nexec sleep 60\n')
  chmodSync(gpg, 0o700)
  vi.stubEnv('PATH', `${folder.path}:${process.env['PATH'] ?? ''}`)
  try {
    const depot = await depotOf(folder.path, duplicityStore('file:///far', { encryptKey: 'ABCD' }))
    const far = {
      names: (): Promise<string[]> => Promise.resolve([]),
      content: (): Promise<Buffer> => Promise.reject(),
    }
    const call = { what: 'x', work: 'x', folder: folder.path, signal: new AbortController().signal }
    await expect(mustOpen(depot, far, call, 50)).rejects.toMatchObject({ code: 'CRANE.FAILED', retryable: true })
  } finally {
    vi.unstubAllEnvs()
  }
})
