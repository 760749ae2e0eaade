import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Progress } from '@salvage-kit/core'
import { part } from '@salvage-kit/testbed'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { local } from '../../src/local.ts'
import { calm, resticYard } from './restic-yard.ts'
import type { ResticYard } from './restic-yard.ts'

const root = process.geteuid?.() === 0

/** Everything that a file can have, and all names that it can bear. */
const TREE = String.raw`
set -e
cd "$1"
mkdir -p deep/er empty ro
printf 'content' >deep/er/file
: >deep/none
printf 'twice' >linked; ln linked deep/linked
ln -s ../nowhere deep/dangling; ln -s deep link
truncate -s 3M sparse; printf x >>sparse
mkfifo fifo
printf a >"$(printf 'new\nline')"
printf b >"$(printf 'not\377utf8')"
printf c >'%ab "quoted" \back	tab'
printf d >.salvage-lower-of-somebody
setfattr -n user.colour -v green deep/er/file 2>/dev/null || true
setfattr -n user.root -v yes . 2>/dev/null || true
setfacl -m u:1:rw deep/er/file 2>/dev/null || true
setfacl -d -m u:1:rwx . 2>/dev/null || true
chmod 4751 deep/er/file
chmod 0640 deep/none
printf e >ro/inside; chmod 0555 ro
[ "$(id -u)" != 0 ] || chown 1:2 deep/er/file deep
[ "$(id -u)" != 0 ] || { mknod device c 1 3; chown 3:4 .; }
find deep -exec touch -h -d '2001-02-03 04:05:06.123456789' {} +
chmod 1751 .
touch -d '2002-03-04 05:06:07.987654321' .
`

const LISTING = String.raw`
cd "$1"
find . -printf '%P|%y|%m|%U:%G|%n|%l|%T@\0' | sort -z | tr '\0' '\n'
find . -type f -print0 | sort -z | xargs -0 sha256sum
getfattr -R -h -d -m - . 2>/dev/null | sort
`

function run(script: string, directory: string): Buffer {
  return execFileSync('sh', ['-c', script, 'sh', directory])
}

describe.skipIf(!part('restic').available)('with restic', () => {
  let yard: ResticYard
  beforeEach(() => {
    yard = resticYard()
  })
  afterEach(() => {
    execFileSync('chmod', ['-R', 'u+rwX', yard.at('.')])
    yard[Symbol.dispose]()
  })
  const lowered = async (id: string): Promise<string> => {
    const place = yard.at('place')
    mkdirSync(place)
    const points = await Array.fromAsync(yard.crane.archives?.list(yard.store, calm) ?? [])
    const point = points.find((candidate) => candidate.id === id)
    if (point === undefined) throw new Error('the point is not listed')
    await yard.crane.archives?.lower(point, yard.store, { medium: 'directory', path: place }, calm)
    return place
  }

  test('a tree of everything comes back as it was', async () => {
    run(TREE, yard.at('source'))
    const { point, findings } = await yard.crane.lift(yard.ref(), yard.source, calm)
    expect(findings).toEqual([])
    const before = run(LISTING, yard.at('source')).toString('latin1')
    const place = await lowered(point.id)
    expect(run(LISTING, place).toString('latin1')).toBe(before)
    expect(before.split('\n').length).toBeGreaterThan(root ? 30 : 25)
  })

  test('a directory behind a symbolic link is copied, not the link', async () => {
    symlinkSync('source', yard.at('link'))
    const survey = await local({
      directories: [{ path: yard.at('link') }],
      stateDirectory: yard.state,
    }).discovery?.survey(calm)
    const source = survey?.targets[0]?.source
    if (source === undefined) throw new Error('no source')
    const { point } = await yard.crane.lift(yard.ref(), source, calm)
    expect(readdirSync(await lowered(point.id))).toEqual(['sub'])
  })

  test('many files, with progress that grows to the whole', async () => {
    for (let folder = 0; folder < 20; folder += 1) {
      mkdirSync(join(yard.at('source'), String(folder)))
      for (let file = 0; file < 100; file += 1)
        writeFileSync(
          join(yard.at('source'), String(folder), String(file)),
          `${String(folder)}/${String(file)}`.repeat(file),
        )
    }
    const seen: Progress[] = []
    const { point } = await yard.crane.lift(yard.ref(), yard.source, { ...calm, onProgress: (now) => seen.push(now) })
    expect(point.files).toBe(2001)
    expect(seen.length).toBeGreaterThan(0)
    expect(seen.map((now) => now.bytes)).toEqual(seen.map((now) => now.bytes).toSorted((a, b) => a - b))
    mkdirSync(yard.at('place'))
    const restored: Progress[] = []
    const place = { medium: 'directory', path: yard.at('place') } as const
    await yard.crane.archives?.lower(point, yard.store, place, { ...calm, onProgress: (now) => restored.push(now) })
    expect(restored.at(-1)).toEqual({ bytes: point.bytes, files: 2001, totalBytes: point.bytes })
    expect(run(LISTING, yard.at('place')).equals(run(LISTING, yard.at('source')))).toBe(true)
  })

  test('a target with a comma and blanks, and one of another tool, are told apart', async () => {
    const ref = { ...yard.ref(), target: 'dir:/srv/a, b %2C' as const, tide: 'nightly, or so' }
    const { point } = await yard.crane.lift(ref, yard.source, calm)
    yard.restic('backup', '--tag', 'theirs', yard.at('source'))
    yard.restic('backup', '--tag', 'salvage-kit', yard.at('source'))
    const points = await Array.fromAsync(yard.crane.archives?.list(yard.store, calm) ?? [])
    expect(points).toEqual([
      {
        kind: 'archive',
        id: point.id,
        target: 'dir:/srv/a, b %2C',
        store: yard.store.ref,
        takenAt: point.takenAt,
        state: 'good',
        machine: 'yard',
        runId: ref.runId,
      },
    ])
    expect(yard.restic('cat', 'snapshot', point.id)).toContain('"hostname": "yard"')
  })

  test('what somebody else writes into the place meanwhile is noticed', async () => {
    const { point } = await yard.crane.lift(yard.ref(), yard.source, calm)
    mkdirSync(yard.at('place'))
    writeFileSync(yard.at('place/theirs'), '')
    const place = { medium: 'directory', path: yard.at('place') } as const
    await expect(yard.crane.archives?.lower(point, yard.store, place, calm)).rejects.toMatchObject({
      code: 'RESTORE.DIFFERS',
    })
    expect(statSync(yard.at('place/theirs')).size).toBe(0)
  })
})
