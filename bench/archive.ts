// A lift of the archive crane, against `tar | zstd -3` with the same options of tar, of the same tree to the same disk,
// both synced: time, processor time, and the peak
// memory of a process that lifts.
// node bench/archive.ts [MEGABYTES] [ROUNDS] [DIRECTORY]
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { processorTime } from './processor-time.mjs'
import { compare } from './sides.ts'
import type { Figures } from './sides.ts'

const TAR = [
  '--create',
  '--format=posix',
  '--pax-option=delete=atime,delete=ctime,exthdr.name=%d/PaxHeaders/%f',
  '--xattrs',
  '--xattrs-include=*',
  '--no-acls',
  '--sparse',
  '--numeric-owner',
  '--sort=name',
  '--blocking-factor=128',
]

await main(Number(process.argv[2] ?? 2048), Number(process.argv[3] ?? 7), process.argv[4] ?? tmpdir())

async function main(megabytes: number, rounds: number, place: string): Promise<void> {
  const home = mkdtempSync(join(place, 'bench-archive-'))
  try {
    const tree = join(home, 'tree')
    fill(tree, megabytes * 1e6)
    const peaks: number[] = []
    await compare(
      `archive, ${String(megabytes)} MB (aim: a ratio of 1.05 at most)`,
      { name: 'tar | zstd -3', run: async () => bare(tree, join(home, 'bare')) },
      {
        name: 'archive crane',
        run: async () => {
          const store = join(home, 'store')
          const told = execFileSync(process.execPath, [join(import.meta.dirname, 'archive-lift.mjs'), tree, store], {
            encoding: 'utf8',
          })
          rmSync(store, { recursive: true })
          const [ms = Number.NaN, cpu = Number.NaN, peak = Number.NaN] = told.split(' ').map(Number)
          peaks.push(peak)
          return { ms, cpu }
        },
      },
      rounds,
    )
    console.log(`  peak memory of the lifting process: ${Math.max(...peaks).toFixed(0)} MB (aim: below 200 for 2 GB)`)
  } finally {
    rmSync(home, { recursive: true })
  }
}

function bare(tree: string, file: string): Figures {
  const tar = [...TAR, `--directory=${tree}`, '--file=-', '.'].map((option) => `'${option}'`).join(' ')
  const begun = performance.now()
  const worked = processorTime()
  execFileSync('sh', ['-c', `tar ${tar} | zstd -q -3 > '${file}' && sync '${file}'`], {
    env: { ...process.env, LC_ALL: 'C' },
  })
  const figures = { ms: performance.now() - begun, cpu: processorTime() - worked }
  rmSync(file)
  return figures
}

/** Half of it programs, libraries and texts from /usr, a quarter log lines, a quarter noise that does not compress. */
function fill(tree: string, size: number): void {
  mkdirSync(tree)
  const found = execFileSync('find', ['/usr', '-xdev', '-type', 'f'], { encoding: 'utf8', maxBuffer: 1 << 28 })
  let bytes = 0
  for (const [n, path] of found.split('\n').entries()) {
    const length = statSync(path, { throwIfNoEntry: false })?.size ?? size
    if (length > size / 16 || bytes + length > size / 2) continue
    mkdirSync(join(tree, `usr-${String(n % 97)}`), { recursive: true })
    copyFileSync(path, join(tree, `usr-${String(n % 97)}`, String(n)))
    bytes += length
  }
  for (let n = 0; bytes < size; n += 1) {
    const piece = n % 2 === 0 ? noise(n) : logLines(n)
    writeFileSync(join(tree, `${n % 2 === 0 ? 'noise' : 'log'}-${String(n)}`), piece)
    bytes += piece.length
  }
}

function noise(seed: number): Buffer {
  return createHash('shake256', { outputLength: 16e6 }).update(String(seed)).digest()
}

function logLines(seed: number): Buffer {
  const random = noise(seed)
  const lines = Array.from({ length: 160_000 }, (_, n) => {
    const number = random.readUInt32LE(n * 4)
    const level = ['INFO', 'WARN', 'DEBUG'][number % 3] ?? ''
    return `2026-11-21T08:${String(n % 60).padStart(2, '0')}:00Z ${level} request ${String(number)} took ${String(number % 977)} ms for /api/v1/items/${String(number % 4099)}\n`
  })
  return Buffer.from(lines.join(''))
}
