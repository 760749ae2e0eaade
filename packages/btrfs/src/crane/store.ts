import { normalize } from 'node:path'
import { reference, SalvageError } from '@salvage-kit/core'
import type { JsonObject, Store } from '@salvage-kit/core'
import { z } from 'zod'
import { checkedEnd } from '../far/far-end.ts'
import type { FarEnd, SshEnd } from '../far/far-end.ts'
import { isBelow } from '../subvolume/mounts.ts'

/** The kinds of store of this package: snapshots on BTRFS, or files with streams on whatever file system. */
export type StoreKind = 'btrfs' | 'btrfs-raw'

/** Where a store is. */
export interface Place {
  readonly far: FarEnd
  readonly directory: string
}

/** How hosts of stores are reached, unless ssh's own configuration says it. */
export type Reach = Pick<SshEnd, 'port' | 'configFile' | 'sudo'>

const settings = z.strictObject({
  directory: z.string().startsWith('/'),
  far: z.union([
    z.strictObject({ kind: z.literal('local') }),
    z.strictObject({
      kind: z.literal('ssh'),
      host: z.string(),
      port: z.int().exactOptional(),
      configFile: z.string().exactOptional(),
      sudo: z.boolean().exactOptional(),
    }),
  ]),
})

/**
 * The store `btrfs:[HOST:]DIR` or `btrfs-raw:[HOST:]DIR`; the address is what stands after the first colon. Throws
 * `STORE.ADDRESS` for a directory that is not absolute and plain, `HOST.NAME` for what cannot be a host.
 */
export function btrfsStore(address: string, kind: StoreKind = 'btrfs', reach: Reach = {}): Store {
  const colon = address.startsWith('/') ? -1 : address.indexOf(':')
  const host = colon === -1 ? undefined : address.slice(0, colon)
  const given = address.slice(colon + 1)
  if (!given.startsWith('/') || given.split('/').includes('..') || given.includes('\n'))
    throw new SalvageError('STORE.ADDRESS', `${kind}:${address} is no place for a store`, {
      why: 'its directory is not an absolute, plain path',
      hint: `write it like ${kind}:/mnt/backup or ${kind}:HOST:/mnt/backup`,
    })
  const directory = normalize(given).replace(/(?<=.)\/+$/, '')
  const far: FarEnd = host === undefined ? { kind: 'local' } : checkedEnd({ kind: 'ssh', host, ...reach })
  const data: JsonObject = { directory, far: { ...far } }
  return { ref: reference(`${kind}:${host === undefined ? '' : `${host}:`}${directory}`), crane: kind, settings: data }
}

/** The place of a store read back. Throws `STORE.ADDRESS`, `HOST.…`. */
export function placeOfStore(store: Store): Place {
  const { success, data } = settings.safeParse(store.settings)
  if (success) return { directory: data.directory, far: checkedEnd(data.far) }
  throw new SalvageError('STORE.ADDRESS', `${store.ref} has wrong settings`, {
    why: 'a store on BTRFS needs the absolute path of its directory, and the host if it is another one',
    hint: 'write it like btrfs:HOST:/mnt/backup',
  })
}

/** Rejects a store inside of the subvolume that is to be sent there: `STORE.INSIDE_SOURCE`. */
export function mustBeOutside(store: Store, source: string): void {
  const { far, directory } = placeOfStore(store)
  if (far.kind === 'local' && isBelow(directory, source))
    throw new SalvageError('STORE.INSIDE_SOURCE', `${store.ref} stands inside of ${source}, which is to be sent there`)
}
