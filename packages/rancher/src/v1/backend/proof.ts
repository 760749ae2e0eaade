import { once } from 'node:events'
import { createGunzip } from 'node:zlib'
import { engineNamed } from '@salvage-kit/dump'
import type { Watch } from '@salvage-kit/dump'

/** Looks at all bytes of a file on their way. */
export interface Proof {
  take(piece: Buffer): Promise<void>
  /** After the last: why it is not whole; undefined when nothing says so. */
  fault(): Promise<string | undefined>
  /** Nobody asks any more. */
  leave(): void
}

const HEAD = 1024
const TAIL = 1024
const GZIP = Buffer.from([0x1f, 0x8b])
const MONGODUMP = Buffer.from([0x6d, 0xe2, 0x99, 0x81])

/** Tools that say at the begin of a text who they are, and at its end that this is all. */
const TEXTS: readonly (readonly [begin: RegExp, end: RegExp])[] = [
  [/^-- PostgreSQL database dump$/m, /^-- PostgreSQL database dump complete$/m],
  [/^-- PostgreSQL database cluster dump$/m, /^-- PostgreSQL database cluster dump complete$/m],
  [/^-- (?:MySQL|MariaDB) dump /m, /^-- Dump completed(?: on [\d: -]+)?$/m],
]

/**
 * A file of no bytes is no dump. SQL of `pg_dump`, `pg_dumpall` and `mysqldump` has its last line, what is packed by gzip unpacks to its end, and
 * so is what was in it; an archive of `mongodump` ends all its collections. Of other formats nothing is known.
 */
export function proofOf(): Proof {
  let begin = Buffer.alloc(0)
  let inner: Proof | undefined
  const decided = (): Proof => (inner ??= begin.subarray(0, 2).equals(GZIP) ? packed() : plain())
  return {
    async take(piece) {
      if (inner !== undefined) return inner.take(piece)
      begin = Buffer.concat([begin, piece])
      if (begin.length < 4) return
      await decided().take(begin)
    },
    async fault() {
      if (inner === undefined && begin.length > 0) await decided().take(begin)
      return inner === undefined ? 'it is empty' : inner.fault()
    },
    leave: () => inner?.leave(),
  }
}

function plain(): Proof {
  let head = Buffer.alloc(0)
  let tail = Buffer.alloc(0)
  let watch: Watch | undefined
  return {
    async take(piece) {
      if (head.length === 0 && piece.subarray(0, 4).equals(MONGODUMP)) watch = engineNamed('mongodb')?.watch?.('all')
      watch?.take(piece)
      if (head.length < HEAD) head = Buffer.concat([head, piece.subarray(0, HEAD - head.length)])
      tail = Buffer.concat([tail, piece.subarray(-TAIL)]).subarray(-TAIL)
      return Promise.resolve()
    },
    fault: async () => Promise.resolve(watch === undefined ? textFault(head, tail) : watch.verdict()),
    leave: () => {},
  }
}

function textFault(head: Buffer, tail: Buffer): string | undefined {
  const text = head.toString('latin1')
  const found = TEXTS.find(([begin]) => begin.test(text))
  if (found === undefined || found[1].test(tail.toString('latin1'))) return undefined
  return 'its last line is missing: it breaks off'
}

function packed(): Proof {
  const unpacking = createGunzip()
  const content = proofOf()
  const ended = (async (): Promise<string | undefined> => {
    try {
      for await (const chunk of unpacking) await content.take(Buffer.from(chunk))
      return await content.fault()
    } catch {
      return 'it cannot be unpacked to its end'
    }
  })()
  return {
    async take(piece) {
      // What is broken already is told at the end.
      if (unpacking.destroyed || unpacking.write(piece)) return
      await Promise.race([once(unpacking, 'drain'), ended]).catch(() => {})
    },
    async fault() {
      unpacking.end()
      return ended
    },
    leave: () => {
      unpacking.destroy()
      content.leave()
    },
  }
}
