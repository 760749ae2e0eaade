import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { part } from '@salvage-kit/testbed'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { chainPolicy } from '../../src/duplicity/chain-policy.ts'
import { duplicityStore } from '../../src/duplicity/duplicity-store.ts'
import { readToken } from '../../src/duplicity/token.ts'
import { calm, duplicityYard, listing } from './duplicity-yard.ts'
import type { DuplicityYard } from './duplicity-yard.ts'

/** The files that duplicity itself knows. */
const chains = (names: readonly string[]): readonly string[] => names.filter((name) => !name.includes('salvage-kit'))

describe.skipIf(!part('duplicity').available)('chains of duplicity', () => {
  let yard: DuplicityYard
  beforeEach(() => {
    yard = duplicityYard({ encryption: 'none', target: 'dir:/backup' })
    mkdirSync(yard.at('far'))
  })
  afterEach(() => yard[Symbol.dispose]())

  /** As the original rancher-backup calls duplicity, with nothing in `options`. */
  const original = (at: number, age = '7D'): string =>
    yard.duplicity(
      '--volsize',
      '200',
      '--no-encryption',
      '--allow-source-mismatch',
      '--current-time',
      String(at),
      '--full-if-older-than',
      age,
      yard.at('source'),
      `file://${yard.at('far')}`,
    )
  const first = Math.floor(Date.now() / 1000) - 100_000

  test('a full copy, incremental ones upon it, and any of them restored', async () => {
    const states: string[] = []
    const points = []
    for (const content of ['one', 'two', 'three']) {
      yard.write('source/sub/file', content)
      yard.write(`source/${content}`, content.repeat(1000))
      states.push(listing(yard.at('source')))
      points.push(await yard.lift())
      // Within one second duplicity sees no change.
      await sleep(1100)
    }
    expect(new Set(points.map(({ token }) => readToken(token)?.full)).size).toBe(1)
    expect(await yard.list()).toMatchObject(points.map(({ id, takenAt, bytes }) => ({ id, takenAt, bytes })))
    for (const [at, point] of points.entries()) expect(listing(await yard.restored(point))).toBe(states[at])
    expect(yard.leftovers()).toEqual([])
  })

  test('a folder that is not there is no empty store, and looking makes none', async () => {
    const missing = yard.at('unmounted/far')
    const store = duplicityStore(`file://${missing}`, { encryption: 'none' })
    await expect(yard.list(store)).rejects.toMatchObject({
      code: 'STORE.NOT_FOUND',
      hint: expect.stringContaining('mounted'),
    })
    expect(existsSync(missing)).toBe(false)
    expect(await yard.list()).toEqual([])
  })

  test('chains of rancher-backup are listed, restored and gone on with, and duplicity itself reads what comes of it', async () => {
    original(first)
    const before = listing(yard.at('source'))
    const store = duplicityStore(`file://${yard.at('far')}`, { encryption: 'none', target: `dir:${yard.at('source')}` })
    const [found, ...others] = await yard.list(store)
    expect(others).toEqual([])
    if (found === undefined) throw new Error('the chain is not listed')
    expect(found).toMatchObject({ target: `dir:${yard.at('source')}`, state: 'good' })
    expect(Date.parse(found.takenAt)).toBe(first * 1000)
    yard.write('source/sub/file', 'changed since')
    const next = await yard.lift(store)
    expect(readToken(next.token)?.full).toBe(readToken(found.token)?.time)
    expect(chains(yard.stored()).some((name) => name.startsWith('duplicity-inc.'))).toBe(true)
    expect(listing(await yard.restored(found, store))).toBe(before)
    expect(listing(await yard.restored(next, store))).toBe(listing(yard.at('source')))
    mkdirSync(yard.at('by-hand'))
    yard.duplicity('restore', '--force', '--no-encryption', `file://${yard.at('far')}`, yard.at('by-hand'))
    expect(listing(yard.at('by-hand'))).toBe(listing(yard.at('source')))
    // And the original goes on upon ours.
    yard.write('source/sub/file', 'changed again')
    original(Math.floor(Date.now() / 1000) + 5)
    expect((await yard.list(store)).map(({ id }) => id).slice(0, 2)).toEqual([found.id, next.id])
    expect(await yard.list(store)).toHaveLength(3)
  })

  test('without a name they are of nobody, and told of', async () => {
    original(first)
    const problems: string[] = []
    const store = duplicityStore(`file://${yard.at('far')}`, { encryption: 'none' })
    const onProblem = ({ code }: { readonly code: string }): void => void problems.push(code)
    expect(await Array.fromAsync(yard.crane.archives?.list(store, { ...calm, onProblem }) ?? [])).toEqual([])
    expect(problems).toEqual(['STORE.UNNAMED_CHAINS'])
  })

  test('both rules remove just what duplicity itself would', async () => {
    // Three chains of one, three and two copies.
    for (const [at, age] of ['1s', '1s', '7D', '7D', '1s', '7D'].entries()) {
      yard.write('source/sub/file', `state ${String(at)}`)
      original(first + at * 100, age)
    }
    cpSync(yard.at('far'), yard.at('twin'), { recursive: true })
    const twin = `file://${yard.at('twin')}`
    for (const [rule, count] of [
      ['remove-all-inc-of-but-n-full', 1],
      ['remove-all-but-n-full', 2],
      ['remove-all-but-n-full', 1],
    ] as const) {
      yard.duplicity(rule, String(count), '--force', '--allow-source-mismatch', '--no-encryption', twin)
      const points = await yard.list()
      const policy = chainPolicy(
        rule === 'remove-all-but-n-full' ? { removeAllButNFull: count } : { removeAllIncOfButNFull: count },
      )
      const doomed = policy(points, new Date()).flatMap(({ point, keep }) => (keep ? [] : [point]))
      expect(doomed).not.toEqual([])
      await yard.crane.archives?.remove(doomed, yard.store, calm)
      const left = duplicityStore(twin, { encryption: 'none', target: 'dir:/backup' })
      expect(await yard.list()).toMatchObject((await yard.list(left)).map(({ id }) => ({ id })))
    }
    const names = [...yard.stored()]
    rmSync(yard.at('far'), { recursive: true })
    cpSync(yard.at('twin'), yard.at('far'), { recursive: true })
    expect(names).toEqual(yard.stored())
    expect(names.filter((name) => name.includes('manifest'))).toHaveLength(2)
  })

  test('a copy that others need goes from the list at once, and its files with the last that needs them', async () => {
    const [one, two, three] = [await yard.lift(), await yard.lift(), await yard.lift()]
    const all = chains(yard.stored())
    const remove = async (...points: readonly (typeof one)[]): Promise<readonly string[]> => {
      await yard.crane.archives?.remove(points, yard.store, calm)
      return (await yard.list()).map(({ id }) => id)
    }
    expect(await remove(two)).toEqual([one.id, three.id])
    expect(chains(yard.stored())).toEqual(all)
    await yard.crane.archives?.check?.(three, yard.store, calm)
    expect(await remove(three)).toEqual([one.id])
    expect(chains(yard.stored()).filter((name) => name.includes('-inc.'))).toEqual([])
    await yard.crane.archives?.check?.(one, yard.store, calm)
    yard.write('source/sub/file', 'later')
    const four = await yard.lift()
    expect(listing(await yard.restored(four))).toBe(listing(yard.at('source')))
    expect(await remove(one, four)).toEqual([])
    expect(yard.stored()).toEqual([])
  })

  test('while another machine lifts upon the same chains, no lift begins', async () => {
    const note = `salvage-kit.20261121T080000Z.other-1.begun`
    const other = { version: 1, lift: 'other-1', runId: 'r', target: 'dir:/backup', machine: 'elsewhere' }
    const content = JSON.stringify({ ...other, takenAt: '2026-11-21T08:00:00.000Z', state: 'good' })
    yard.write(`far/${note}`, content)
    const ref = { ...yard.ref(), target: 'dir:/backup' } as const
    await expect(yard.crane.lift(ref, yard.source, calm)).rejects.toMatchObject({ code: 'STORE.LOCKED' })
    await yard.crane.lift({ ...ref, machine: 'elsewhere' }, yard.source, calm)
  })
})
