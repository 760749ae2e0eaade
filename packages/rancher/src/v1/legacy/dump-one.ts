import { opened } from '@salvage-kit/core'
import type { DumpCall, DumpOpener } from '@salvage-kit/core'
import type { RancherItem } from '../backend/item.ts'
import { folderName } from '../folder-name.ts'
import type { DumpsInto } from './dump-all.ts'
import type { ManifestBook } from './manifest-book.ts'
import { layout } from './place.ts'
import { writeDump } from './write-dump.ts'

/** Writes the dump of one item into its place, each container's into a folder of its own where there are several. */
export async function dumpOne(
  { rancher, directory }: Pick<DumpsInto, 'directory' | 'rancher'>,
  item: RancherItem,
  book: ManifestBook,
  call: DumpCall,
): Promise<void> {
  const { ref, token, several, environment } = item
  const destinations = new Map<string, readonly string[]>()
  const opener: DumpOpener = {
    async *open(of, options) {
      for await (const dumped of rancher.open(of, options)) {
        const { instance, file } = dumped
        destinations.set(dumped.name, instance === undefined ? [file] : [folderName(instance), file])
        yield dumped
      }
    },
  }
  const source = { medium: 'stream', backend: ref, token, ...(several ? { several } : {}) } as const
  const files = opened(opener, source, call)
  const dump = {
    target: ref,
    place: layout(item),
    files,
    destinations,
    at: book.at,
    ...(environment === undefined ? {} : { environment }),
  }
  await writeDump(directory, dump, { signal: call.signal, proven: async (written) => book.take(written) })
}
