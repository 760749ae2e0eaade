import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { LiftRef, RestorePoint } from '@salvage-kit/core'
import { temporaryDirectory } from '@salvage-kit/testbed'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { archiveCrane } from '../../src/archive/archive-crane.ts'
import { archiveStore } from '../../src/archive/archive-store.ts'
import { dumpSource, noise, testDump } from '../dumps.ts'
import type { DumpEnd, TestDump } from '../dumps.ts'

const calm = { signal: new AbortController().signal } as const
const MIB = 1 << 20

describe('the archive crane and a stream', () => {
  let home: ReturnType<typeof temporaryDirectory>
  let serial = 0
  beforeEach(() => {
    home = temporaryDirectory('salvage-archive-stream-')
  })
  afterEach(() => home[Symbol.dispose]())

  const at = (name: string): string => join(home.path, name)
  const crane = (): ReturnType<typeof archiveCrane> => archiveCrane(at('state'))
  const store = (): LiftRef['store'] => archiveStore(at('store'))
  const ref = (): LiftRef => {
    serial += 1
    const id = `20261121t080000z-c0ffee-${String(serial)}`
    return { id, runId: 'run', target: 'dump:shop', store: store(), at: '2026-11-21T08:00:00.000Z', machine: 'test' }
  }
  const listed = async (): Promise<readonly RestorePoint[]> =>
    Array.fromAsync(crane().archives?.list(store(), calm) ?? [])
  const lifted = async (dump: TestDump, as = ref()): Promise<RestorePoint> => {
    await crane().preflight(store(), [dumpSource], { ...calm, init: true })
    const { point, findings } = await crane().lift(as, dumpSource, { ...calm, open: dump.open })
    expect(findings).toEqual([])
    return point
  }
  const folder = (name: string): string => {
    mkdirSync(at(name))
    return at(name)
  }

  test.each([
    ['nothing', 0, 'shop.sql'],
    ['less than a block', 100, 'shop.sql'],
    ['a block', 512, 'a'],
    ['more than a frame', 5 * MIB + 7, 'dümp of ‘shop’.sql'],
    ['a name that no header holds', 1000, `${'n'.repeat(250)}.sql`],
  ])('%s comes back as it was, also by other programs', async (_, length, name) => {
    const bytes = Buffer.concat([...noise(1, length)])
    const dump = testDump(() => [bytes], 'whole', { name })
    const point = await lifted(dump)
    expect(point).toMatchObject({ target: 'dump:shop', state: 'good', bytes: length, files: 1 })
    expect(dump.count).toEqual({ opened: 1, over: 1 })
    expect(await listed()).toEqual([point])
    await crane().archives?.check?.(point, store(), calm)
    const into = folder('restored')
    await crane().archives?.lower(point, store(), { medium: 'directory', path: into }, calm)
    expect(readdirSync(into)).toEqual([name])
    expect(readFileSync(join(into, name)).equals(bytes)).toBe(true)
    expect(statSync(join(into, name)).mode & 0o777).toBe(0o600)
    const [data = ''] = readdirSync(at('store'), { recursive: true, encoding: 'utf8' }).filter((path) =>
      path.endsWith('data.tar.zst'),
    )
    const plain = folder('plain')
    execFileSync('sh', ['-c', 'zstd -dcq "$0" | tar -x -C "$1"', join(at('store'), data), plain])
    expect(readFileSync(join(plain, name)).equals(bytes)).toBe(true)
  })

  test('pieces that are gone after their turn are stored as they were', async () => {
    const bytes = Buffer.concat([...noise(20, 300_007)])
    const point = await lifted(testDump(() => noise(20, 300_007), 'whole', { handedOver: true }))
    const into = folder('restored')
    await crane().archives?.lower(point, store(), { medium: 'directory', path: into }, calm)
    expect(readFileSync(join(into, 'shop.sql')).equals(bytes)).toBe(true)
  })

  test.each<DumpEnd>(['start', 'middle', 'verdict', 'cut', 'after'])(
    'a dump that fails (%s) never becomes an archive',
    async (end) => {
      const kept = await lifted(testDump(() => noise(2, 1000)))
      const as = ref()
      const dump = testDump(() => noise(4, MIB), end)
      await expect(lifted(dump, as)).rejects.toThrow(expect.objectContaining({ code: 'DUMP.NOT_WHOLE' }))
      expect(dump.count).toEqual({ opened: 1, over: 1 })
      expect(await listed()).toEqual([kept])
      await crane().clear(as, calm)
      await crane().archives?.withdraw(as, calm)
      expect(await listed()).toEqual([kept])
      const left = readdirSync(at('store'), { recursive: true, encoding: 'utf8' })
      expect(left.filter((path) => /\.partial|\.removed/.test(path))).toEqual([])
    },
  )

  test('an abort in the middle ends the dump', async () => {
    const controller = new AbortController()
    const dump = testDump(function* () {
      for (const piece of noise(100, MIB)) {
        yield piece
        controller.abort(new Error('enough'))
      }
    })
    await crane().preflight(store(), [dumpSource], { ...calm, init: true })
    const as = ref()
    const lifting = crane().lift(as, dumpSource, { signal: controller.signal, open: dump.open })
    await expect(lifting).rejects.toThrow('enough')
    expect(dump.count.over).toBe(1)
    await crane().clear(as, calm)
    expect(await listed()).toEqual([])
  })

  test('500 MB take no memory that grows with them', async () => {
    const length = 4 * MIB
    const count = 125
    let peak = 0
    const digest = createHash('sha256')
    const before = process.memoryUsage().rss
    const dump = testDump(function* () {
      for (const piece of noise(count, length)) {
        digest.update(piece)
        yield piece
        peak = Math.max(peak, process.memoryUsage().rss - before)
      }
    })
    const point = await lifted(dump)
    expect(point.bytes).toBe(count * length)
    expect(peak).toBeLessThan(200 * MIB)
    await crane().archives?.check?.(point, store(), calm)
    const into = folder('restored')
    await crane().archives?.lower(point, store(), { medium: 'directory', path: into }, calm)
    const sum = execFileSync('sha256sum', [join(into, 'shop.sql')], { encoding: 'utf8' })
    expect(sum.slice(0, 64)).toBe(digest.digest('hex'))
  }, 300_000)

  test('damage is found', async () => {
    const point = await lifted(testDump(() => noise(3, MIB)))
    const [data = ''] = readdirSync(at('store'), { recursive: true, encoding: 'utf8' }).filter((path) =>
      path.endsWith('data.tar.zst'),
    )
    for (const place of ['700', '2000000']) {
      const file = join(at('store'), data)
      const flip = (): Buffer =>
        execFileSync('sh', [
          '-c',
          'b=$(dd if="$0" bs=1 skip="$1" count=1 2>/dev/null | od -An -tu1); printf "\\\\$(printf %03o $((b ^ 255)))" | dd of="$0" bs=1 seek="$1" conv=notrunc 2>/dev/null',
          file,
          place,
        ])
      flip()
      await expect(crane().archives?.check?.(point, store(), calm)).rejects.toThrow(
        expect.objectContaining({ code: 'ARCHIVE.DAMAGED' }),
      )
      flip()
      await crane().archives?.check?.(point, store(), calm)
    }
  })

  test('is removed as any other', async () => {
    const points = [await lifted(testDump(() => noise(1, 1000))), await lifted(testDump(() => noise(1, 2000)))]
    await crane().archives?.remove(points.slice(0, 1), store(), calm)
    expect((await listed()).map(({ id }) => id)).toEqual([points[1]?.id])
  })
})
