import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chmodSync, readdirSync, readFileSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseKind, DumpPlace } from '../../../src/index.ts'
import type { FakeDatabase } from '../../dump/fake-database.ts'
import { fakeDatabase } from '../../dump/fake-database.ts'
import type { SHELLS } from '../../exec/shells.ts'
import type { Random } from './random.ts'
import type { Wrong } from './wrong.ts'

const ROOM_KIB = 1024
const ROWS = 2000

/** A container with a database whose next dump goes wrong, on a volume of 1 MiB. */
export interface FaultyContainer extends Disposable {
  readonly path: string
  readonly place: DumpPlace
  /** Compressed; varies little. */
  readonly size: number
  breaks(wrong: Wrong): void
  mends(): void
  /** The bytes of the dump in place; undefined: there is none. */
  inPlace(): Buffer | undefined
  /** What is on the volume besides. */
  besides(): readonly string[]
}

/** Text that does not compress well: what room it takes is known. */
export function sqlOf(next: Random): string {
  return Array.from({ length: ROWS }, () => `INSERT ${String(next(2 ** 31))}${String(next(2 ** 31))};`).join('\n')
}

/** Makes one. */
export function faultyContainer(shell: (typeof SHELLS)[number], database: DatabaseKind, sql: string): FaultyContainer {
  const fake: FakeDatabase = fakeDatabase(shell, database)
  const { volume, tools } = fake
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${ROOM_KIB}k`, 'salvage-faulty', volume])
  fake.holds(sql)
  const file = join(volume, 'the dump.sql.gz')
  const gzip = join(tools.path, 'gzip')
  const filler = join(volume, 'filler')
  const zips = (text: string): void => {
    rmSync(gzip)
    writeFileSync(gzip, `#!${tools.path}/sh\ncase $1 in -dc) exec /bin/gzip -dc ;; esac\n${text}\n`)
    chmodSync(gzip, 0o755)
  }
  return {
    path: tools.path,
    place: fake.place(),
    size: execFileSync('/bin/gzip', ['-c'], { input: sql }).length,
    breaks({ dumps, gzip: through, room }): void {
      if (dumps !== undefined) fake.dumps(dumps)
      if (through !== undefined) zips(through.replace('{}', '/bin/gzip -c'))
      if (room === undefined) return
      rmSync(file, { force: true })
      const { bfree, bsize } = statfsSync(volume)
      writeFileSync(filler, randomBytes(bfree * bsize - room * 1024))
    },
    mends(): void {
      rmSync(filler, { force: true })
      fake.dumps('cat $FAKE/sql')
      zips('exec /bin/gzip "$@"')
    },
    inPlace: () => (readdirSync(volume).includes('the dump.sql.gz') ? readFileSync(file) : undefined),
    besides: () => readdirSync(volume).filter((name) => name !== 'the dump.sql.gz' && name !== 'filler'),
    [Symbol.dispose](): void {
      execFileSync('umount', ['--lazy', volume])
      fake[Symbol.dispose]()
    },
  }
}
