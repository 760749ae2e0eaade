import { createHash, randomUUID } from 'node:crypto'
import { realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createZstdDecompress } from 'node:zlib'
import { SalvageError } from '@salvage-kit/core'
import type { CallOptions, LiftOptions, Store } from '@salvage-kit/core'
import { withFarScript } from '../crane/far-script.ts'
import { inStore } from '../crane/far-store.ts'
import { placeOfStore } from '../crane/store.ts'
import { copyTree, mustBeEmpty } from '../crane/tree.ts'
import { receiveScript } from '../far/receive-script.ts'
import { homeOf } from '../snapshotter/home.ts'
import { makeOwnFolder, removeOwnFolder } from '../snapshotter/own-folder.ts'
import { isBtrfs } from '../subvolume/is-subvolume.ts'
import { listSubvolumes } from '../subvolume/list-subvolumes.ts'
import { isBelow } from '../subvolume/mounts.ts'
import type { Notes } from './chain.ts'
import { SUFFIX } from './raw-store.ts'

/** The copies of a chain, the whole one first, and where they are. */
export interface Chain {
  readonly store: Store
  readonly names: readonly string[]
  readonly notes: Notes
}

/**
 * Receives a chain into a hidden place on BTRFS, copies the last of it into an empty directory and compares both. Rejects
 * with `RESTORE.OCCUPIED`, `ARCHIVE.DAMAGED`, `BTRFS.NOT_BTRFS` when there is no place to receive into.
 */
export async function lowerChain(chain: Chain, to: string, snapshotsPath: string, options: LiftOptions): Promise<void> {
  await mustBeEmpty(to)
  const folder = join(await scratchFor(to, snapshotsPath), 'lowering', randomUUID())
  await makeOwnFolder(folder)
  try {
    for (const name of chain.names) await receive(chain, name, folder, options)
    const wanted = chain.notes.get(chain.names.at(-1) ?? '')?.uuid
    const found = (await listSubvolumes(folder, { ...options, readOnly: true })).find(
      ({ receivedUuid }) => receivedUuid === wanted,
    )
    if (found === undefined) throw damaged(chain.names.at(-1) ?? '', 'its stream holds another snapshot')
    await copyTree({ kind: 'local' }, join(folder, found.name), to, options)
  } finally {
    // Also when the restore was aborted.
    await removeOwnFolder(folder, { signal: new AbortController().signal })
  }
}

/** A hidden directory on BTRFS: near the snapshots, else where it is restored to. */
async function scratchFor(to: string, snapshotsPath: string): Promise<string> {
  for (const near of [snapshotsPath, to]) {
    const path = await realpath(near).catch(() => undefined)
    if (path === undefined || !(await isBtrfs(path))) continue
    const home = await homeOf(join(path, 'any'), snapshotsPath)
    if ('path' in home && !isBelow(home.path, to)) return home.path
  }
  throw new SalvageError('BTRFS.NOT_BTRFS', 'there is no BTRFS file system here to unpack the stream on', {
    why: `neither ${snapshotsPath} nor ${to} is on one that can be written`,
    hint: 'give the snapshots a directory on BTRFS (btrfs.snapshots), or restore on a machine that has one',
  })
}

async function receive({ store, notes }: Chain, name: string, folder: string, options: LiftOptions): Promise<void> {
  const { far, directory } = placeOfStore(store)
  const hash = createHash('sha256')
  const hasher = new Transform({
    transform(chunk: Buffer, _encoding, done): void {
      hash.update(chunk)
      done(undefined, chunk)
    },
  })
  const read = { script: `exec cat -- "$1/$2${SUFFIX}"`, args: [directory, name], what: `reading ${name}` }
  const take = { script: await receiveScript(), args: ['only', folder], what: 'btrfs receive' }
  try {
    await withFarScript(far, read, options, async (there) => {
      there.input.end()
      await withFarScript({ kind: 'local' }, take, options, async (here) => {
        await pipeline(there.output, hasher, createZstdDecompress(), here.input, { signal: options.signal })
        return ''
      })
      return ''
    })
  } catch (error) {
    options.signal.throwIfAborted()
    const isElsewhere = error instanceof SalvageError && /^HOST\.|NO_SPACE|READ_ONLY|PERMISSION/.test(error.code)
    if (isElsewhere) throw error
    throw damaged(name, error instanceof SalvageError ? (error.why ?? error.message) : String(error), error)
  }
  if (hash.digest('hex') !== notes.get(name)?.sha256) throw damaged(name, 'its SHA-256 is not what was stored')
}

const SUMS = `cd -- "$1" || exit 1
shift
for n; do printf '%s ' "$n"; sha256sum <"./$n${SUFFIX}" | cut -c1-64; done`

/** Reads every file of a chain. Rejects with `ARCHIVE.DAMAGED`. */
export async function checkChain({ store, names, notes }: Chain, options: CallOptions): Promise<void> {
  const { output } = await inStore(store, { script: SUMS, args: names, what: `reading ${store.ref}` }, options)
  const sums = new Map(output.split('\n').map((line) => [line.split(' ')[0] ?? '', line.split(' ')[1]]))
  for (const name of names)
    if (sums.get(name) !== notes.get(name)?.sha256) throw damaged(name, 'its SHA-256 is not what was stored')
}

/** The error of a copy that cannot be restored: `ARCHIVE.DAMAGED`. */
export function damaged(name: string, why: string, cause?: unknown): SalvageError {
  return new SalvageError('ARCHIVE.DAMAGED', `the copy ${name} is not what was stored`, { why, cause })
}
