import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Crane } from '../../src/crane/crane.ts'
import type { RestorePoint } from '../../src/crane/restore-point.ts'
import type { Store } from '../../src/crane/store.ts'
import { setState, workloadOf } from '../../src/memory/platform.ts'
import type { RestoreRequest } from '../../src/restore/restore.ts'
import type { Rig } from '../../src/rig.ts'
import { world } from './world.ts'
import type { World } from './world.ts'

export const RESTORE = '20261121t090000z-beef01'

const store: Store = { ref: 'fake:store', crane: 'fake', settings: {} }
const point: RestorePoint = {
  kind: 'archive',
  id: 'p1',
  target: 'dir:/fake',
  store: 'fake:store',
  takenAt: '2026-11-20T00:00:00.000Z',
  state: 'good',
}

/** A real directory whose writer is a memory workload, and a crane that lowers two files. */
export interface DirectoryWorld extends AsyncDisposable {
  readonly there: World
  readonly rig: World['rig']
  /** Of all that stands here. */
  readonly root: string
  readonly directory: string
  readonly request: RestoreRequest
  /** `old`, `new`, or what else stands in the directory. */
  content(): Promise<string>
  /** What a restore left beside the directory. */
  leftovers(): Promise<readonly string[]>
}

/** `lower` is called in the middle of a lower, before the last file. */
export async function directoryWorld(lower: () => Promise<void> = async () => {}): Promise<DirectoryWorld> {
  const root = await mkdtemp(join(tmpdir(), 'salvage-in-place-'))
  const directory = join(root, 'data')
  await fill(directory, 'old')
  const target = `dir:${directory}` as const
  const there = world({ snapshots: false })
  const db = workloadOf(there.platform, 'memory:db')
  there.platform.workloads.set('memory:db', { ...db, uses: [target] })
  const crane = fakeCrane(lower)
  const backends: Rig['backends'] = there.rig.backends.map((backend) => ({
    ...backend,
    cranes: [crane],
    discovery: {
      ...backend.discovery,
      survey: async (options) => {
        const found = await backend.discovery?.survey(options)
        return {
          workloads: [],
          problems: [],
          ...found,
          targets: [{ ref: target, source: { medium: 'directory', path: directory }, tides: [] }],
        }
      },
    },
  }))
  return {
    there,
    rig: { ...there.rig, backends },
    root,
    directory,
    request: { runId: RESTORE, point, store, to: target, inPlace: true, maxHoldMs: 60_000 },
    content: async () => contentOf(directory),
    leftovers: async () => (await readdir(root)).filter((name) => name.includes('salvage-restore')),
    [Symbol.asyncDispose]: async () => rm(root, { recursive: true, force: true }),
  }
}

/** Stops the writer, or starts it, by hand. */
export function byHand(there: World, state: 'running' | 'stopped'): void {
  setState(there.platform, 'memory:db', state)
}

async function fill(directory: string, text: string): Promise<void> {
  await mkdir(join(directory, `${text}-folder`), { recursive: true })
  await writeFile(join(directory, `${text}-folder`, 'deep'), text)
  await writeFile(join(directory, 'file'), text)
}

async function contentOf(directory: string): Promise<string> {
  const names = (await readdir(directory)).toSorted().join(' ')
  const text = await readFile(join(directory, 'file'), 'utf8').catch(() => 'no file')
  return names === `file ${text}-folder` ? text : names
}

function fakeCrane(lower: () => Promise<void>): Crane {
  return {
    id: 'fake',
    media: new Set(['directory']),
    preflight: async () => {},
    lift: async () => {
      throw new Error('nothing is lifted here')
    },
    clear: async () => {},
    archives: {
      async *list() {
        yield point
      },
      lower: async (_point, _store, destination) => {
        if (destination.medium !== 'directory') throw new Error('not a directory')
        await mkdir(join(destination.path, 'new-folder'))
        await lower()
        await writeFile(join(destination.path, 'new-folder', 'deep'), 'new')
        await writeFile(join(destination.path, 'file'), 'new')
      },
      remove: async () => {},
      withdraw: async () => {},
    },
  }
}
