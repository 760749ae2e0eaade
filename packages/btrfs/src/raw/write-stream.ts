import { createHash } from 'node:crypto'
import { Transform } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'
import { constants, createZstdCompress } from 'node:zlib'
import { isSalvageError, SalvageError } from '@salvage-kit/core'
import type { LiftOptions, LiftRef } from '@salvage-kit/core'
import { withFarScript } from '../crane/far-script.ts'
import { inStore } from '../crane/far-store.ts'
import { placeOfStore } from '../crane/store.ts'
import { SUFFIX } from './raw-store.ts'
import type { RawNote, Stored } from './raw-note.ts'

const TELLING_BYTES = 4 << 20

// What was left here more than a day ago is of nobody who lives.
const WRITE = `cd -- "$1" && umask 077 && mkdir -p .salvage-kit/writing .salvage-kit/points || exit 1
find .salvage-kit/writing -type f -mmin +1440 -exec rm -f -- {} +
find .salvage-kit/writing -type d -name '*.name' -mmin +1440 -prune -exec rm -rf -- {} +
cat >".salvage-kit/writing/$2" && sync -- ".salvage-kit/writing/$2" && sha256sum <".salvage-kit/writing/$2" | cut -c1-64`

/**
 * Sends a cut, whole or as the difference to another, into an unfinished file of the store, and lets the far end read it
 * back. Resolves when it is there as it was sent. Rejects with `STORE.FULL`, `SEND.NOT_WHOLE`, `BTRFS.…`, `HOST.…`.
 */
export async function writeStream(
  ref: LiftRef,
  { cut, parent }: { readonly cut: string; readonly parent: string | undefined },
  options: LiftOptions,
): Promise<Stored> {
  const { far, directory } = placeOfStore(ref.store)
  const hash = createHash('sha256')
  let bytes = 0
  let told = 0
  let storedBytes = 0
  const counter = passing((chunk) => {
    bytes += chunk.length
    if (bytes - told < TELLING_BYTES) return
    told = bytes
    options.onProgress?.({ bytes })
  })
  const hasher = passing((chunk) => {
    storedBytes += chunk.length
    hash.update(chunk)
  })
  const compressor = createZstdCompress({ params: { [constants.ZSTD_c_checksumFlag]: 1 } })
  const send = { script: 'exec btrfs send -q ${2:+-p "$2"} -- "$1"', args: [cut, parent ?? ''], what: 'btrfs send' }
  const write = { script: WRITE, args: [directory, ref.id], what: `writing to ${ref.store.ref}` }
  const answer = await withFarScript(far, write, options, async (there) => {
    // Read from the start: what nobody reads is thrown away when its process ends, which may be before the sender does.
    const summed = text(there.output)
    summed.catch(() => undefined)
    await withFarScript({ kind: 'local' }, send, options, async ({ input, output }) => {
      input.end()
      await pipeline(output, counter, compressor, hasher, there.input, { signal: options.signal })
      return ''
    })
    return summed
  }).catch((error: unknown) => {
    throw isSalvageError(error) && error.code === 'BTRFS.NO_SPACE' ? full(ref, error) : error
  })
  const sha256 = hash.digest('hex')
  if (answer.output.trim() === sha256) return { bytes, storedBytes, sha256 }
  throw new SalvageError('SEND.NOT_WHOLE', `what stands in ${ref.store.ref} is not what was sent`, {
    why: `its SHA-256 is ${answer.output.trim() || 'not told'}, and ${sha256} was sent`,
    hint: 'look after the disk and the network there, and run again',
    retryable: true,
  })
}

const TAKEN = 48
const PARENT_GONE = 49
// A directory can be made by one alone, on every file system: who makes it may give the name. What stands in it says who
// that is, so that whoever takes a lift back finds it. An empty one may be taken away by anybody, so that two may come to
// stand in it: then neither goes on.
const PUBLISH = `cd -- "$1" || exit 1
taken() { [ -e "./$1${SUFFIX}" ] || [ -e ".salvage-kit/points/$1.json" ]; }
own=".salvage-kit/writing/$3.name"
mkdir -- "$own" || { { [ -d "$own" ] || taken "$3"; } && exit ${String(TAKEN)}; exit 1; }
trap 'rmdir -- "$own/$2" "$own" 2>/dev/null' EXIT
mkdir -- "$own/$2" && [ "$(ls -A -- "$own")" = "$2" ] || exit ${String(TAKEN)}
! taken "$3" || exit ${String(TAKEN)}
printf '%s\\n' "$4" >".salvage-kit/points/.$3.new" && sync -- ".salvage-kit/points/.$3.new" &&
mv -f -- ".salvage-kit/points/.$3.new" ".salvage-kit/points/$3.json" || exit 1
# Whoever removes from now on sees that this one needs it.
[ "$5" = '' ] || [ -e "./$5${SUFFIX}" ] || { rm -f -- ".salvage-kit/points/$3.json"; exit ${String(PARENT_GONE)}; }
mv -n -- ".salvage-kit/writing/$2" "./$3${SUFFIX}" && sync -- . .salvage-kit/points && [ ! -e ".salvage-kit/writing/$2" ]`

/**
 * Gives the file of a finished stream its name. Resolves when it is on stable storage. Rejects with `SEND.TAKEN` when the
 * name is somebody else's, of whom nothing is touched; with `SEND.PARENT_GONE` when what it is the difference to went
 * while it was sent.
 */
export async function publish(ref: LiftRef, name: string, note: RawNote, options: LiftOptions): Promise<void> {
  const args = [ref.id, name, JSON.stringify(note), note.parent ?? '']
  const what = `naming ${name} in ${ref.store.ref}`
  const { code } = await inStore(ref.store, { script: PUBLISH, args, what, accepts: [TAKEN, PARENT_GONE] }, options)
  if (code === PARENT_GONE)
    throw new SalvageError('SEND.PARENT_GONE', `the copy ${name} could not be restored, and is not kept`, {
      why: `${note.parent ?? ''}, which it is the difference to, was removed from ${ref.store.ref} while it was sent`,
      hint: 'run again: the next copy is whole',
      retryable: true,
    })
  if (code === TAKEN)
    throw new SalvageError('SEND.TAKEN', `${ref.store.ref} has something else of the name ${name}`, {
      hint: 'run again: the next name has another time',
    })
}

const DISCARD = `cd -- "$1/.salvage-kit/writing" 2>/dev/null || exit 0
rm -f -- "$2" || exit 1
for own in *.name; do
  rmdir -- "$own/$2" 2>/dev/null
  rmdir -- "$own" 2>/dev/null
done
:`

/** Removes the unfinished file of a lift, and its claim to a name. Idempotent. */
export async function discard(ref: LiftRef, options: LiftOptions): Promise<void> {
  await inStore(ref.store, { script: DISCARD, args: [ref.id], what: `removing from ${ref.store.ref}` }, options)
}

function passing(look: (chunk: Buffer) => void): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done): void {
      look(chunk)
      done(undefined, chunk)
    },
  })
}

function full(ref: LiftRef, cause: SalvageError): SalvageError {
  return new SalvageError('STORE.FULL', `${ref.store.ref} has no room left`, {
    ...(cause.why === undefined ? {} : { why: cause.why }),
    hint: 'prune old copies, or make room there',
    cause,
  })
}
