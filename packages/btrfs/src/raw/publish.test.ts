import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isSalvageError } from '@salvage-kit/core'
import type { LiftRef } from '@salvage-kit/core'
import { temporaryDirectory } from '@salvage-kit/testbed'
import { expect, it } from 'vitest'
import { btrfsStore } from '../crane/store.ts'
import { rawNoteOf, readRawNote } from './raw-note.ts'
import { discard, publish } from './write-stream.ts'

const NAME = 'web@2026-11-01T08:00:00.000000'
const { signal } = new AbortController()

it('gives a name to one of many that want it at once, with the note of that one', async () => {
  using folder = temporaryDirectory()
  const store = btrfsStore(folder.path, 'btrfs-raw')
  const writing = join(folder.path, '.salvage-kit/writing')
  const points = join(folder.path, '.salvage-kit/points')
  await mkdir(writing, { recursive: true })
  await mkdir(points)
  const refs = Array.from({ length: 24 }, (_, index): LiftRef => {
    const runId = `20261101t080000z-${String(index).padStart(6, '0')}`
    return { id: `${runId}-1`, runId, target: 'docker:web', store, at: '2026-11-01T08:00:00.000Z', machine: 'here' }
  })
  for (const { id } of refs) await writeFile(join(writing, id), id)
  const stored = { bytes: 1, storedBytes: 1, sha256: 'a'.repeat(64) }
  const ends = await Promise.allSettled(
    refs.map(async (ref) =>
      publish(ref, NAME, rawNoteOf(ref, '2bb68ada-9c33-9f4d-bfa2-e1d7ea5b3fc9', undefined, stored), { signal }),
    ),
  )
  const codes = ends.map((end) => (end.status === 'fulfilled' ? 'named' : codeOf(end.reason)))
  expect(codes.toSorted()).toEqual([...Array.from({ length: 23 }, () => 'SEND.TAKEN'), 'named'])
  const winner = refs[codes.indexOf('named')]?.id
  expect(await readFile(join(folder.path, `${NAME}.btrfs.zst`), 'utf8')).toBe(winner)
  expect(readRawNote(await readFile(join(points, `${NAME}.json`), 'utf8'))?.liftId).toBe(winner)
  expect(await readdir(points)).toEqual([`${NAME}.json`])
  expect(await readdir(writing)).toHaveLength(23)
})

it('takes back what a killed process left of its claim to a name, and nobody else', async () => {
  using folder = temporaryDirectory()
  const store = btrfsStore(folder.path, 'btrfs-raw')
  const writing = join(folder.path, '.salvage-kit/writing')
  const refs = ['000001', '000002'].map((serial): LiftRef => {
    const runId = `20261101t080000z-${serial}`
    return { id: `${runId}-1`, runId, target: 'docker:web', store, at: '2026-11-01T08:00:00.000Z', machine: 'here' }
  })
  const [killed, living] = refs
  if (killed === undefined || living === undefined) throw new Error('two lifts')
  await discard(killed, { signal })
  await mkdir(join(writing, `${NAME}.name`, killed.id), { recursive: true })
  await mkdir(join(writing, `${NAME}-1.name`, living.id), { recursive: true })
  await mkdir(join(writing, `${NAME}-2.name`))
  await writeFile(join(writing, killed.id), 'half')
  await writeFile(join(writing, living.id), 'half')
  await discard(killed, { signal })
  await discard(killed, { signal })
  expect((await readdir(writing)).toSorted()).toEqual([living.id, `${NAME}-1.name`])
})

function codeOf(reason: unknown): string {
  return isSalvageError(reason) ? reason.code : String(reason)
}
