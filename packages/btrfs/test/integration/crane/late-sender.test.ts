import { chmod, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { part, temporaryDirectory } from '@salvage-kit/testbed'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { rawCrane } from '../../../src/raw/raw-crane.ts'
import { craneYard } from './yard.ts'

const { signal } = new AbortController()

describe.skipIf(!part('btrfs').available)('a sender that ends after the store has told what it got', () => {
  afterEach(() => vi.unstubAllEnvs())

  it('makes a copy as any other', async () => {
    await using yard = await craneYard(rawCrane, { kind: 'btrfs-raw', over: 'local' })
    await yard.crane.preflight(yard.store, [yard.source], { signal, init: true })
    using tools = temporaryDirectory()
    const script = '#!/bin/sh\n/usr/bin/btrfs "$@"\ncode=$?\nexec >&-\n[ "$1" != send ] || sleep 1\nexit $code\n'
    await writeFile(join(tools.path, 'btrfs'), script)
    await chmod(join(tools.path, 'btrfs'), 0o755)
    vi.stubEnv('PATH', `${tools.path}:${process.env['PATH'] ?? ''}`)
    const runId = '20261121t080000z-000001'
    const ref = { runId, id: `${runId}-1`, store: yard.store, at: '2026-11-21T08:00:00.000Z', machine: 'here' }
    const { point } = await yard.crane.lift({ ...ref, target: 'docker:v' }, yard.source, { signal })
    expect(point.state).toBe('good')
  })
})
