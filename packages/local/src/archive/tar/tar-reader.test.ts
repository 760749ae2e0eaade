import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { link, mkdir, open, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { assert, asyncProperty, infiniteStream, integer } from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Entry } from '../entry.ts'
import { blocksHash } from './blocks-hash.ts'
import { LONG_HOLES } from './content-hash.ts'
import { readTar } from './tar-reader.ts'

const { signal } = new AbortController()
const long = 'd'.repeat(120)
const longer = `${'e'.repeat(200)}/${'f'.repeat(250)}`
const content = randomBytes(100_000)

let tree = ''
beforeAll(async () => {
  tree = mkdtempSync(join(tmpdir(), 'salvage-tar-'))
  const at = (path: string): string => join(tree, path)
  await mkdir(at('e'.repeat(200)))
  await writeFile(at('content'), content)
  await writeFile(at('empty'), '')
  await writeFile(at(long), 'long')
  await writeFile(at(longer), 'longer')
  await writeFile(Buffer.concat([Buffer.from(at('caf')), Buffer.from([0xe9])]), 'latin')
  await writeFile(at('new\nline'), 'line')
  await link(at('content'), at('hard'))
  await link(at(longer), at('hard-long'))
  await symlink('x'.repeat(300), at('symlink'))
  execFileSync('touch', ['--date=@-1.5', at('empty')])
  execFileSync('mkfifo', [at('fifo')])
  await sparseFile(at('sparse'), 5_000_000, [[2_000_000, 'middle'], [4_999_990, 'end']]) // prettier-ignore
  await sparseFile(at('sparse-empty'), 300_000, [])
  await sparseFile(
    at('sparse-many'),
    4_000_000,
    Array.from({ length: 400 }, (_, n) => [n * 10_000, 'x'] as const),
  )
})
afterAll(() => rmSync(tree, { recursive: true }))

async function sparseFile(path: string, size: number, data: readonly (readonly [number, string])[]): Promise<void> {
  await using file = await open(path, 'w')
  for (const [offset, text] of data) await file.write(text, offset)
  await truncate(path, size)
}

function tar(...options: readonly string[]): Buffer {
  const args = ['--create', '--sort=name', ...options, '-C', tree, '-f', '-', '.']
  return execFileSync('tar', args, {
    maxBuffer: 1 << 30,
    env: { ...process.env, LC_ALL: 'C' },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
}

async function* pieces(bytes: Buffer, sizes: Iterable<number>): AsyncGenerator<Buffer> {
  let at = 0
  for (const size of sizes) {
    if (at >= bytes.length) return
    yield bytes.subarray(at, at + size)
    at += size
  }
}

async function read(bytes: Buffer, sizes: Iterable<number> = [bytes.length]): Promise<Map<string, Entry>> {
  const entries = await Array.fromAsync(readTar(pieces(bytes, sizes), LONG_HOLES))
  return new Map(entries.map((entry) => [entry.path, entry]))
}

function sha256(bytes: Buffer | string): string {
  return createHash('sha256').update(bytes).digest('hex')
}

const posix = ['--format=posix', '--sparse', '--pax-option=delete=atime,delete=ctime'] as const

describe('what real tar wrote', () => {
  it.each([
    ['posix', ...posix],
    ['posix', '--format=posix'],
    ['gnu', '--format=gnu'],
    ['gnu big', '--format=gnu', '--owner=4000000000', '--numeric-owner'],
  ])('is read in the format %s', async (_, ...options) => {
    const entries = await read(tar(...options))
    const of = (path: string): Partial<Entry> => entries.get(path) ?? {}
    expect([...entries.keys()].toSorted()).toEqual(
      [
        '.',
        'caf\xe9',
        'content',
        long,
        'e'.repeat(200),
        longer,
        'empty',
        'fifo',
        'hard',
        'hard-long',
        'new\nline',
        'sparse',
        'sparse-empty',
        'sparse-many',
        'symlink',
      ].toSorted(),
    )
    expect(of('.')).toMatchObject({ type: 'directory', mode: 0o700 })
    expect(of('content')).toMatchObject({ type: 'file', size: 100_000, sha256: sha256(content) })
    expect(of('empty')).toMatchObject({ type: 'file', size: 0, sha256: sha256('') })
    expect(of(long)).toMatchObject({ size: 4, sha256: sha256('long') })
    expect(of(longer)).toMatchObject({ size: 6, sha256: sha256('longer') })
    expect(of('hard')).toMatchObject({ type: 'hardlink', target: 'content' })
    expect(of('hard-long')).toMatchObject({ type: 'hardlink', target: longer })
    expect(of('symlink')).toMatchObject({ type: 'symlink', target: 'x'.repeat(300) })
    expect(of('fifo')).toMatchObject({ type: 'fifo' })
    const sparse = Buffer.alloc(5_000_000)
    sparse.write('middle', 2_000_000)
    sparse.write('end', 4_999_990)
    const blocks = blocksHash()
    blocks.data(sparse)
    const hash = options.includes('--sparse') ? { blocksSha256: blocks.end() } : { sha256: sha256(sparse) }
    expect(of('sparse')).toEqual(expect.objectContaining({ type: 'file', size: 5_000_000, ...hash }))
    const zeros = await Array.fromAsync(readTar(pieces(tar(...posix), [1 << 30]), { as: 'zeros', signal }))
    expect(zeros.find(({ path }) => path === 'sparse')).toMatchObject({ sha256: sha256(sparse) })
    expect(of('sparse-empty')).toMatchObject({ size: 300_000, sha256: sha256(Buffer.alloc(300_000)) })
  })

  it('keeps nanoseconds, times before 1970 and owners of ten digits', async () => {
    const entries = await read(tar(...posix, '--owner=4000000000', '--group=3999999999', '--numeric-owner'))
    expect(entries.get('empty')).toMatchObject({ mtime: '-1.5', uid: 4_000_000_000, gid: 3_999_999_999 })
    expect(entries.get('content')?.mtime).toMatch(/^\d+\.\d{1,9}$/)
  })

  it('keeps device numbers', async () => {
    const bytes = execFileSync('tar', ['--create', '--format=posix', '-C', '/dev', '-f', '-', 'null'])
    expect((await read(bytes)).get('null')).toMatchObject({ type: 'character-device', device: [1, 3] })
  })

  it('is the same in pieces of any size', async () => {
    const bytes = tar(...posix)
    const whole = await read(bytes)
    await assert(
      asyncProperty(infiniteStream(integer({ min: 1, max: 70_000 })), async (sizes) => {
        expect(await read(bytes, sizes)).toEqual(whole)
      }),
      { numRuns: 10 },
    )
  })
})

describe('a stream that is not whole', () => {
  it('is refused wherever it ends', async () => {
    const bytes = tar(...posix)
    const end = bytes.lastIndexOf('x')
    for (const length of [0, 1, 511, 512, 513, 5000, 60_000, end - 100_000, end - 600, end])
      await expect(read(bytes.subarray(0, length))).rejects.toMatchObject({ code: 'ARCHIVE.TAR_UNREADABLE' })
  })

  it('is refused when a header is not what was written', async () => {
    const bytes = tar(...posix)
    for (const at of [0, 100, 124, 140, 156]) {
      const wrong = Buffer.from(bytes)
      wrong.writeUInt8((wrong.readUInt8(at) + 1) & 0xff, at)
      await expect(read(wrong)).rejects.toMatchObject({ code: 'ARCHIVE.TAR_UNREADABLE' })
    }
  })

  it('is refused in a sparse format that this reader does not know', async () => {
    for (const version of ['0.0', '0.1'])
      await expect(read(tar('--format=posix', `--sparse-version=${version}`, '--sparse'))).rejects.toMatchObject({
        code: 'ARCHIVE.TAR_UNREADABLE',
      })
    await expect(read(tar('--format=gnu', '--sparse'))).rejects.toMatchObject({ code: 'ARCHIVE.TAR_UNREADABLE' })
  })
})
