import { readFile, realpath, rename, rmdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { directoryOf, SalvageError } from '@salvage-kit/core'
import type { CallOptions, Snapshotter, SnapshotRef, SnapshotSupport, Source } from '@salvage-kit/core'
import { errorCode } from '../command/error-code.ts'
import { isSubvolume } from '../subvolume/is-subvolume.ts'
import { snapshotSubvolume, syncFileSystem } from '../subvolume/subvolume.ts'
import { homeOf } from './home.ts'
import { CUT, HOLDS, makeOwnFolder, removeOwnFolder } from './own-folder.ts'
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
      const { source, folder } = placeOf(ref)
      await makeOwnFolder(folder)
      await writeFile(join(folder, HOLDS), ref.id)
      await snapshotSubvolume(source, join(folder, CUT), options)
    },
    async expose(ref, { signal }) {
      signal.throwIfAborted()
      const { source, folder, exposed } = placeOf(ref)
      if (await isSubvolume(join(folder, CUT))) await rename(folder, exposed).catch(unlessTaken)
      const at = (await holds(exposed, ref)) ? exposed : folder
      if (!(await isSubvolume(join(at, CUT))))
        throw new SalvageError('BTRFS.NOT_FOUND', `the snapshot of ${source} is not there any more`, {
          why: `${join(at, CUT)} was removed by somebody else`,
          hint: 'run again',
        })
      // One that was made since the probe is missing in the cut, and nothing else would tell.
      const whole = await whyNotWhole(source, { signal })
      if (whole !== undefined)
        throw new SalvageError('BTRFS.NESTED', `the snapshot of ${source} is not whole`, {
          why: whole,
          hint: 'remove it or move it elsewhere, or name it as a target of its own',
        })
      return { medium: 'directory', path: join(at, CUT) }
    },
    async conceal(ref, { signal }) {
      signal.throwIfAborted()
      const { folder, exposed } = placeOf(ref)
      if (await holds(exposed, ref)) await rename(exposed, folder)
    },
    async drop(ref, options) {
      const { folder, exposed } = placeOf(ref)
      if (await holds(exposed, ref)) await removeOwnFolder(exposed, options)
      // A drop that died at its very end left it empty; what holds another snapshot stays.
      else await rmdir(exposed).catch(() => undefined)
      await removeOwnFolder(folder, options)
    },
  }
}

/** Whether it is this snapshot that stands there: two targets may have one source. */
async function holds(folder: string, { id }: SnapshotRef): Promise<boolean> {
  return (await readFile(join(folder, HOLDS), 'utf8').catch(() => '')) === id
}

/** Another snapshot of the source is exposed: then this one stays where it is. */
function unlessTaken(error: unknown): void {
  if (!['ENOTEMPTY', 'EEXIST'].includes(errorCode(error) ?? '')) throw error
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
