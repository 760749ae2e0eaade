import { chmod, mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { LiftRef } from '@salvage-kit/core'
import { part, temporaryDirectory } from '@salvage-kit/testbed'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { btrfsCrane } from '../../../src/crane/btrfs-crane.ts'
import { craneYard } from './yard.ts'

const { signal } = new AbortController()

describe.skipIf(!part('btrfs').available)('a far end that is slow to receive what was withdrawn', () => {
  afterEach(() => vi.unstubAllEnvs())

  it('makes no copy of it, and the next lift removes what it made', async () => {
    await using yard = await craneYard(btrfsCrane, { kind: 'btrfs', over: 'local' })
    const { archives } = yard.crane
    await yard.crane.preflight(yard.store, [yard.source], { signal, init: true })
    const refOf = (n: number): LiftRef => {
      const runId = `20261121t080000z-00000${String(n)}`
      const at = `2026-11-2${String(n)}T08:00:00.000Z`
      return { runId, id: `${runId}-1`, store: yard.store, target: 'docker:v', at, machine: 'here' }
    }
    const listed = async (): Promise<readonly string[]> =>
      (await Array.fromAsync(archives?.list(yard.store, { signal }) ?? [])).map(({ runId = '' }) => runId)
    const lift = async (ref: LiftRef): Promise<void> => void (await yard.crane.lift(ref, yard.source, { signal }))
    const [first, second, third] = [refOf(1), refOf(2), refOf(3)]
    await lift(first)
    // Somebody receives, longer than anybody waits for.
    await mkdir(join(yard.directory, '.salvage-kit/incoming/v@slow'), { recursive: true })
    using tools = temporaryDirectory()
    await writeFile(join(tools.path, 'flock'), '#!/bin/sh\nexit 1\n')
    await chmod(join(tools.path, 'flock'), 0o755)
    vi.stubEnv('PATH', `${tools.path}:${process.env['PATH'] ?? ''}`)
    await archives?.withdraw(second, { signal })
    vi.unstubAllEnvs()
    await lift(second)
    expect(await listed()).toEqual([first.runId])
    const standing = async (): Promise<number> =>
      (await readdir(yard.directory)).filter((name) => name.startsWith('v@')).length
    expect(await standing()).toBe(2)
    await lift(third)
    expect(await listed()).toEqual([first.runId, third.runId])
    expect(await standing()).toBe(2)
    expect(await readdir(join(yard.directory, '.salvage-kit/withdrawn'))).toEqual([])
  })
})
