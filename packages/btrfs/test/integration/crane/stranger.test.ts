import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { zstdCompressSync } from 'node:zlib'
import { part } from '@salvage-kit/testbed'
import { describe, expect, it } from 'vitest'
import { rawCrane } from '../../../src/raw/raw-crane.ts'
import { maliciousStream } from '../send/stream-of-a-stranger.ts'
import { craneYard } from './yard.ts'

const { signal } = new AbortController()

describe.skipIf(!part('btrfs').available)('a store of streams that somebody else wrote to', () => {
  it('is not restored from beside the destination', async () => {
    await using yard = await craneYard(rawCrane, { kind: 'btrfs-raw', over: 'local' })
    await yard.crane.preflight(yard.store, [yard.source], { signal, init: true })
    const runId = '20261121t080000z-000001'
    const ref = { runId, id: `${runId}-1`, store: yard.store, at: '2026-11-21T08:00:00.000Z', machine: 'here' }
    const { point } = await yard.crane.lift({ ...ref, target: 'docker:v' }, yard.source, { signal })
    const outside = join(yard.disk.path, 'outside')
    await mkdir(outside)
    const path = join(yard.directory, '.salvage-kit/points', `${point.id}.json`)
    const note = await readFile(path, 'utf8')
    const uuid = /"uuid":"([^"]*)"/.exec(note)?.[1] ?? ''
    const stream = zstdCompressSync(maliciousStream(uuid, { outside }))
    const sha256 = createHash('sha256').update(stream).digest('hex')
    await writeFile(join(yard.directory, `${point.id}.btrfs.zst`), stream)
    await writeFile(path, note.replace(/"sha256":"[^"]*"/, `"sha256":"${sha256}"`))
    const lowered = yard.crane.archives?.lower(point, yard.store, await yard.destination(), { signal })
    await expect(lowered).rejects.toMatchObject({ code: 'ARCHIVE.DAMAGED' })
    expect(await readdir(outside)).toEqual([])
    expect(await yard.leftovers()).toEqual([])
  })
})
