import { execFileSync } from 'node:child_process'
import { copyFileSync, cpSync, globSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { RestorePoint } from '@salvage-kit/core'
import { part } from '@salvage-kit/testbed'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { duplicityCrane } from '../../src/duplicity/duplicity-crane.ts'
import { duplicityStore } from '../../src/duplicity/duplicity-store.ts'
import { readToken } from '../../src/duplicity/token.ts'
import { calm, duplicityYard, listing } from './duplicity-yard.ts'
import type { DuplicityYard } from './duplicity-yard.ts'

const CHILD = fileURLToPath(new URL('../crash/duplicity-child.ts', import.meta.url))
const timeOf = (point: RestorePoint): string => readToken(point.token)?.time ?? ''
const LOWER = fileURLToPath(new URL('duplicity-lower-child.ts', import.meta.url))
const DAMAGED = { code: 'ARCHIVE.DAMAGED' }

describe.skipIf(!part('duplicity').available)('what somebody else did to chains of duplicity', () => {
  let yard: DuplicityYard
  beforeEach(() => {
    yard = duplicityYard({ encryption: 'none', fullIfOlderThan: '1s' })
    mkdirSync(yard.at('far'))
  })
  afterEach(() => yard[Symbol.dispose]())

  const upon = (): ReturnType<typeof duplicityStore> =>
    duplicityStore(`file://${yard.at('far')}`, { encryption: 'none' })
  const lose = (...parts: readonly string[]): void => {
    const found = yard.stored().filter((name) => parts.every((one) => name.includes(one)))
    expect(found).not.toEqual([])
    for (const name of found) rmSync(yard.at(`far/${name}`))
  }
  const problems = async (): Promise<readonly string[]> => {
    const codes: string[] = []
    const onProblem = ({ code }: { readonly code: string }): void => void codes.push(code)
    await Array.fromAsync(yard.crane.archives?.list(upon(), { ...calm, onProblem }) ?? [])
    return codes
  }

  test.each([
    ['manifest', '.manifest'],
    ['full copy', 'duplicity-full.'],
    ['signatures', '.sigtar'],
  ])(
    'a copy whose %s is lost is told of, never taken for an older one, and nothing of it is removed',
    async (_name, lost) => {
      const old = await yard.lift()
      await sleep(2100)
      yard.write('source/sub/file', 'changed')
      const full = await yard.lift()
      yard.write('source/sub/file', 'changed again')
      await yard.lift(upon())
      yard.write('source/sub/file', 'changed at last')
      const last = await yard.lift(upon())
      expect(readToken(last.token)?.full).toBe(timeOf(full))
      expect(await problems()).toEqual([])
      lose(lost, ...(lost === 'duplicity-full.' ? [timeOf(full)] : [`.to.${timeOf(last)}`]))
      const stored = yard.stored()
      expect(await problems()).not.toEqual([])
      expect(new Set(await problems())).toEqual(new Set([DAMAGED.code]))
      await expect(yard.crane.archives?.check?.(last, upon(), calm)).rejects.toMatchObject(DAMAGED)
      await expect(yard.restored(last)).rejects.toMatchObject(DAMAGED)
      await expect(yard.lift(upon())).rejects.toMatchObject(DAMAGED)
      expect(yard.stored()).toEqual(stored)
      await yard.crane.archives?.check?.(old, upon(), calm)
    },
  )

  test('a file that duplicity leaves out with a warning fails the restore and the verification', async () => {
    const large = 'a line of a file\n'.repeat(100_000)
    yard.write('source/sub/file', large)
    const whole = await yard.lift()
    await sleep(2100)
    yard.write('source/sub/file', 'small')
    const small = await yard.lift()
    // The next copy is built upon the small file in the belief that it is the large one.
    const [cache = ''] = globSync('duplicity/*/cache/*', { cwd: yard.state })
    for (const folder of [yard.at('far'), join(yard.state, cache)]) {
      const signatures = (point: RestorePoint): string =>
        join(folder, globSync(`*full-signatures.${timeOf(point)}.sigtar.gz`, { cwd: folder })[0] ?? '')
      copyFileSync(signatures(whole), signatures(small))
    }
    const damaged = { ...DAMAGED, why: expect.stringContaining('"sub/file"') }
    await sleep(1100)
    yard.write('source/sub/file', `${large}and one more`)
    await expect(yard.restored(await yard.lift(upon()))).rejects.toMatchObject(damaged)
    await sleep(1100)
    yard.write('source/sub/file', `${large}and more`)
    const last = await yard.lift(upon())
    await expect(yard.restored(last)).rejects.toMatchObject(damaged)
    await expect(yard.crane.archives?.check?.(last, yard.store, calm)).rejects.toMatchObject(damaged)
    expect(await yard.restored(small)).not.toBe('')
    await yard.restored(whole)
  })

  test('what another program has under way in its chains stays, and no lift begins beside it', async () => {
    const store = duplicityStore(`file://${yard.at('far')}`, { encryption: 'none', target: `dir:${yard.at('source')}` })
    const full = `duplicity-full.20261101T000000Z`
    yard.write(`far/${full}.vol1.difftar.gz`, 'half a volume')
    const told: string[] = []
    const onProblem = ({ code }: { readonly code: string }): void => void told.push(code)
    await Array.fromAsync(yard.crane.archives?.list(store, { ...calm, onProblem }) ?? [])
    expect(told).toEqual([DAMAGED.code])
    await expect(yard.lift(store)).rejects.toMatchObject({
      code: 'STORE.LOCKED',
      hint: expect.stringContaining('duplicity cleanup'),
    })
    expect(yard.stored()).toEqual([`${full}.vol1.difftar.gz`])
  })

  test('a lift of the same machine with another state directory is not taken for dead', async () => {
    await yard.lift()
    renameSync(yard.at('far'), yard.at('whole'))
    cpSync(yard.at('whole'), yard.at('far'), { recursive: true })
    // As it stands while that lift is under way.
    const [made = ''] = yard.stored().filter((name) => name.endsWith('.made'))
    renameSync(yard.at(`far/${made}`), yard.at(`far/${made.replace(/made$/, 'begun')}`))
    lose('.manifest')
    const before = yard.stored()
    const other = duplicityCrane(yard.at('other-state'))
    await expect(other.lift(yard.ref(), yard.source, calm)).rejects.toMatchObject({ code: 'STORE.LOCKED' })
    expect(yard.stored()).toEqual(before)
    const point = await yard.lift()
    expect((await yard.list()).map(({ id }) => id)).toEqual([point.id])
    expect(yard.stored().filter((name) => before.includes(name))).toEqual([])
  })

  test('a removal leaves other series as they are', async () => {
    const point = await yard.lift()
    const { point: other } = await yard.crane.lift({ ...yard.ref(), target: 'dir:/other' }, yard.source, calm)
    const series = readToken(other.token)?.series ?? ''
    yard.write(`far/${series}.salvage-kit.${timeOf(other)}.gone`, '')
    const before = yard.stored().filter((name) => name.startsWith(series))
    await yard.crane.archives?.remove([point], yard.store, calm)
    expect(yard.stored()).toEqual(before)
    await yard.crane.archives?.remove([other], yard.store, calm)
    expect(yard.stored()).toEqual([])
  })

  test('a folder lost+found of the source is restored, and one of the destination is no difference', async () => {
    const before = await yard.lift()
    const place = yard.at('new-disk')
    mkdirSync(`${place}/lost+found`, { recursive: true })
    await yard.crane.archives?.lower(before, yard.store, { medium: 'directory', path: place }, calm)
    expect(readdirSync(place).toSorted()).toEqual(['lost+found', 'sub'])
    mkdirSync(yard.at('source/lost+found'))
    yard.write('source/lost+found/piece', 'found')
    const state = listing(yard.at('source'))
    const point = await yard.lift()
    expect(listing(await yard.restored(point))).toBe(state)
    rmSync(place, { recursive: true })
    mkdirSync(`${place}/lost+found`, { recursive: true })
    await yard.crane.archives?.lower(point, yard.store, { medium: 'directory', path: place }, calm)
    expect(listing(place)).toBe(state)
  })

  test.skipIf(process.getuid?.() !== 0)('a destination that cannot be written is no damage of the copy', async () => {
    const point = await yard.lift()
    mkdirSync(yard.at('disk/sub'), { recursive: true })
    const restored = (readOnly: string): string => {
      const job = JSON.stringify({ point, store: yard.store, path: yard.at('disk') })
      const script = 'mount --bind "$1" "$1" && mount -o remount,ro,bind "$1" && shift && exec "$@"'
      const words = ['-c', script, 'sh', yard.at(readOnly), process.execPath, LOWER, yard.state, job]
      return execFileSync('unshare', ['--mount', 'sh', ...words], { encoding: 'utf8' })
    }
    expect(restored('disk')).toBe('RESTORE.UNWRITABLE')
    expect(restored('disk/sub')).toBe('RESTORE.UNWRITABLE')
  })

  test.skipIf(process.getuid?.() !== 0)('a file whose content breaks off makes the copy partial', () => {
    yard.write('source/broken', '')
    const job = JSON.stringify({ ref: yard.ref(), source: yard.source })
    // The memory of a process is a plain file that cannot be read at its beginning.
    const script = 'mount --bind "/proc/$$/mem" "$1" && shift && exec "$@"'
    const words = ['-c', script, 'sh', yard.at('source/broken'), process.execPath, CHILD, yard.state, job]
    const out = execFileSync('unshare', ['--mount', 'sh', ...words], { encoding: 'utf8' })
    expect(JSON.parse(out)).toMatchObject({
      point: { state: 'partial' },
      findings: [{ code: 'LIFT.UNREADABLE', message: expect.stringContaining('broken') }],
    })
  })
})
