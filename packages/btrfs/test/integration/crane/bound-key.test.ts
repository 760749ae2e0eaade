import { mkdir, readdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { LiftRef } from '@salvage-kit/core'
import { part, privateSshd } from '@salvage-kit/testbed'
import { describe, expect, it } from 'vitest'
import { btrfsCrane } from '../../../src/crane/btrfs-crane.ts'
import { btrfsStore } from '../../../src/crane/store.ts'
import { rawCrane } from '../../../src/raw/raw-crane.ts'
import { craneYard } from './yard.ts'

const RECEIVE = fileURLToPath(new URL('../../../share/salvage-kit-receive', import.meta.url))
const { signal } = new AbortController()

describe.skipIf(!part('btrfs').available || !part('sshd').available)('a key that may send and nothing else', () => {
  it('is enough for copies, and what else is asked for says so', async () => {
    await using yard = await craneYard(btrfsCrane, { kind: 'btrfs', over: 'local' })
    await mkdir(yard.directory)
    await using sshd = await privateSshd({ forcedCommand: `sh ${RECEIVE} ${yard.directory}` })
    const { port, configFile } = sshd
    const store = btrfsStore(`${sshd.host}:${yard.directory}`, 'btrfs', { port, configFile })
    const ref: LiftRef = {
      id: '20261121t080000z-000001-1',
      runId: '20261121t080000z-000001',
      target: 'docker:v',
      store,
      at: '2026-11-21T08:00:00.000Z',
      machine: 'here',
    }
    await yard.crane.preflight(store, [yard.source], { signal, init: true })
    const elsewhere = btrfsStore(`${sshd.host}:/elsewhere`, 'btrfs', { port, configFile })
    await expect(yard.crane.preflight(elsewhere, [], { signal, init: true })).rejects.toMatchObject({
      code: 'SEND.FAR_DIRECTORY',
      why: `this key may only use ${yard.directory}`,
    })
    const streams = btrfsStore(`${sshd.host}:${yard.directory}`, 'btrfs-raw', { port, configFile })
    await expect(rawCrane(yard.settings).preflight(streams, [], { signal, init: true })).rejects.toMatchObject({
      code: 'STORE.WRITE_ONLY',
    })
    const { point } = await yard.crane.lift(ref, yard.source, { signal })
    const names = async (): Promise<readonly string[]> =>
      (await readdir(yard.directory)).filter((name) => name.includes('@'))
    expect(await names()).toEqual([point.id])
    const { archives } = yard.crane
    const writeOnly = { code: 'STORE.WRITE_ONLY' }
    await expect(Array.fromAsync(archives?.list(store, { signal }) ?? [])).rejects.toMatchObject(writeOnly)
    await expect(archives?.check?.(point, store, { signal })).rejects.toMatchObject(writeOnly)
    await expect(archives?.remove([point], store, { signal })).rejects.toMatchObject(writeOnly)
    await archives?.withdraw({ ...ref, id: 'another' }, { signal })
    await yard.crane.clear(ref, { signal })
    expect(await names()).toEqual([point.id])
  })
})
