import { readdir } from 'node:fs/promises'
import { SalvageError } from '@salvage-kit/core'
import type { CallOptions, LiftOptions } from '@salvage-kit/core'
import { withFarScript } from './far-script.ts'
import { runFarScript } from './far-script.ts'
import type { FarEnd } from '../far/far-end.ts'

const HERE: FarEnd = { kind: 'local' }
const TELLING_BYTES = 4 << 20

/**
 * Copies the content of a tree at a far end into an empty directory here, with owners, modes, times, links, holes, ACLs
 * and extended attributes; blocks are shared where both are one file system. Then reads both and compares them. Rejects
 * with `RESTORE.OCCUPIED`, `RESTORE.DIFFERS`, `RESTORE.NO_SPACE`, `HOST.…`.
 */
export async function copyTree(far: FarEnd, from: string, to: string, options: LiftOptions): Promise<void> {
  await mustBeEmpty(to)
  if (far.kind === 'local') await copyHere(from, to, options)
  else await copyFrom(far, from, to, options)
  await runFarScript(HERE, { script: 'sync -f -- "$1"', args: [to], what: `making ${to} durable` }, options)
  const [there, here] = await Promise.all([digestOf(far, from, options), digestOf(HERE, to, options)])
  const parts = PARTS.filter((_, index) => there[index] !== '-' && here[index] !== '-' && there[index] !== here[index])
  if (parts.length > 0)
    throw new SalvageError('RESTORE.DIFFERS', `what was restored into ${to} is not what was copied`, {
      why: `other ${parts.join(' and ')} than in ${from}`,
      hint: 'does the file system keep owners, modes and extended attributes? Is something writing there?',
    })
}

/** Rejects with `RESTORE.OCCUPIED`. */
export async function mustBeEmpty(directory: string): Promise<void> {
  const found = (await readdir(directory)).find((name) => name !== 'lost+found')
  if (found === undefined) return
  throw new SalvageError('RESTORE.OCCUPIED', `${directory} is not empty`, {
    why: `it holds ${JSON.stringify(found)}`,
    hint: 'restore into an empty directory',
  })
}

// What writes here is the very process that ends with this one, and no child of it.
async function copyHere(from: string, to: string, options: CallOptions): Promise<void> {
  const script = 'exec cp -a --reflink=auto -- "$1/." "$2/"'
  await noSpace(runFarScript(HERE, { script, args: [from, to], what: `copying into ${to}` }, options), to)
}

const PACK =
  'exec tar --create --format=posix --sparse --xattrs --acls --numeric-owner --warning=no-file-ignored -C "$1" -f - .'
const UNPACK = `exec tar --extract --xattrs '--xattrs-include=*' --acls --numeric-owner --preserve-permissions --same-owner -C "$1" -f -`

async function copyFrom(far: FarEnd, from: string, to: string, options: LiftOptions): Promise<void> {
  const what = `copying ${from} into ${to}`
  const unpacked = withFarScript(far, { script: PACK, args: [from], what }, options, async ({ output, input }) => {
    input.end()
    const end = await noSpace(
      withFarScript(HERE, { script: UNPACK, args: [to], what }, options, async (tar) => {
        let bytes = 0
        let told = 0
        for await (const chunk of output) {
          if (!Buffer.isBuffer(chunk)) throw new Error('a stream of bytes')
          if (!tar.input.write(chunk)) await drained(tar.input)
          bytes += chunk.length
          if (bytes - told < TELLING_BYTES) continue
          told = bytes
          options.onProgress?.({ bytes })
        }
        tar.input.end()
        return ''
      }),
      to,
    )
    return end.output
  })
  await unpacked
}

async function drained(stream: NodeJS.WritableStream): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const events = ['drain', 'close', 'error']
  for (const event of events) stream.on(event, resolve)
  try {
    await promise
  } finally {
    for (const event of events) stream.off(event, resolve)
  }
}

async function noSpace<T>(work: Promise<T>, to: string): Promise<T> {
  return work.catch((error: unknown) => {
    if (!(error instanceof SalvageError) || error.code !== 'BTRFS.NO_SPACE') throw error
    throw new SalvageError('RESTORE.NO_SPACE', `there is no room for the restore in ${to}`, {
      ...(error.why === undefined ? {} : { why: error.why }),
      cause: error,
    })
  })
}

/** What {@link digestOf} tells of, in its order. */
const PARTS = ['names, owners, modes or times', 'content', 'extended attributes'] as const

// Sizes and links of directories are those of their file systems; sockets hold nothing. Without getfattr at one of both
// ends extended attributes are not compared.
const DIGEST = `cd -- "$1" || exit 1
sum() { LC_ALL=C sort -z | sha256sum | cut -c1-64; }
find . -type s -prune -o -type d -printf 'd %m %U %G %T@ %p\\0' -o -type f -printf 'f %m %U %G %n %T@ %s %p\\0' \\
  -o -printf '%y %m %U %G %T@ %p %l\\0' | sum
find . -type f -print0 | LC_ALL=C sort -z | xargs -0 -r sha256sum -b -- | sha256sum | cut -c1-64
if command -v getfattr >/dev/null; then
  find . -type s -prune -o -print0 | xargs -0 -r getfattr -h -d -m - -e hex -- 2>/dev/null |
    awk '/^# file: /{ f = $0; next } NF && !/^(btrfs[.]|security[.]selinux)/ { print f " " $0 }' | LC_ALL=C sort | sha256sum | cut -c1-64
else echo -; fi`

/** One line of hexadecimal digits for each of {@link PARTS}, `-` for one that cannot be told there. */
async function digestOf(far: FarEnd, path: string, options: CallOptions): Promise<readonly string[]> {
  const { output } = await runFarScript(far, { script: DIGEST, args: [path], what: `reading ${path}` }, options)
  return output.trim().split('\n')
}
