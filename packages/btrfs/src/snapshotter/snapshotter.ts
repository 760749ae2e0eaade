import { realpath } from 'node:fs/promises'
import { directoryOf, SalvageError } from '@salvage-kit/core'
import type { CallOptions, Snapshotter, SnapshotSupport, Source } from '@salvage-kit/core'
import { isSubvolume } from '../subvolume/is-subvolume.ts'
import { snapshotSubvolume, syncFileSystem } from '../subvolume/subvolume.ts'
import { homeOf } from './home.ts'
import { makeOwnFolder, removeOwnFolder } from './own-folder.ts'
import { placeOf, tokenOf } from './token.ts'
import { whyNotWhole } from './why-not-whole.ts'

/**
 * Cuts sources whose directory is a subvolume: read-only, at once, in a folder of its own that says which process it is
 * of. What stands in other subvolumes or mounts inside of it would be missing in a cut, so such a source is not cut.
 */
export function btrfsSnapshotter(settings: { readonly snapshotsPath: string }): Snapshotter {
  return {
    id: 'btrfs',
    probe: (source, options) => probe(source, settings.snapshotsPath, options),
    async prepare(ref, options) {
      options.signal.throwIfAborted()
      await syncFileSystem(placeOf(ref).source, options)
    },
    async take(ref, options) {
      options.signal.throwIfAborted()
      const { source, folder, cut } = placeOf(ref)
      await makeOwnFolder(folder)
      await snapshotSubvolume(source, cut, options)
    },
    async expose(ref, { signal }) {
      signal.throwIfAborted()
      const { source, cut } = placeOf(ref)
      if (!(await isSubvolume(cut)))
        throw new SalvageError('BTRFS.NOT_FOUND', `the snapshot of ${source} is not there any more`, {
          why: `${cut} was removed by somebody else`,
          hint: 'run again',
        })
      // One that was made since the probe is missing in the cut, and nothing else would tell.
      const whole = await whyNotWhole(source, { signal })
      if (whole !== undefined)
        throw new SalvageError('BTRFS.NESTED', `the snapshot of ${source} is not whole`, {
          why: whole,
          hint: 'remove it or move it elsewhere, or name it as a target of its own',
        })
      return { medium: 'directory', path: cut }
    },
    async conceal(_ref, { signal }) {
      signal.throwIfAborted()
    },
    async drop(ref, options) {
      await removeOwnFolder(placeOf(ref).folder, options)
    },
  }
}

async function probe(source: Source, snapshotsPath: string, options: CallOptions): Promise<SnapshotSupport> {
  options.signal.throwIfAborted()
  const directory = directoryOf(source)
  if (directory === undefined) return no('its content is no directory of this machine')
  const path = await realpath(directory).catch(() => undefined)
  if (path === undefined || !(await isSubvolume(path))) return no(`${directory} is not a BTRFS subvolume`)
  const home = await homeOf(path, snapshotsPath)
  if ('why' in home) return no(home.why)
  const why = await whyNotWhole(path, options)
  return why === undefined
    ? { supported: true, exposes: 'directory', token: tokenOf(path, home.path) }
    : { supported: false, why }
}

function no(why: string): SnapshotSupport {
  return { supported: false, why }
}
