import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { memoryCatalog, memoryJournal, sqliteLocks } from '@salvage-kit/core'
import type { Finding, Rig } from '@salvage-kit/core'
import { btrfsFileSystem, temporaryDirectory } from '@salvage-kit/testbed'
import { runPlugin } from '../../../src/plugin/run-plugin.ts'
import type { VolumeVerbs } from '../../../src/plugin/volume-verbs.ts'
import { DEFAULT_SETTINGS } from '../../../src/settings/settings.ts'
import type { BtrfsSettings } from '../../../src/settings/settings.ts'
import { volumeEffects } from '../../../src/volume/effects.ts'
import { NO_VERBS } from './no-verbs.ts'
import { call } from './call.ts'
import type { Answer } from './call.ts'

/** A plugin in this process, with a file system of its own. */
export interface PluginBench extends AsyncDisposable {
  readonly settings: BtrfsSettings
  readonly rig: Rig
  /** The root of the file system. */
  readonly root: string
  /** What was warned of. */
  readonly warnings: readonly Finding[]
  /** The kinds of all that was told. */
  readonly told: readonly string[]
  /** Posts to the plugin's socket. */
  readonly post: (path: string, body: unknown) => Promise<Answer>
  /** Ends the plugin; resolves when it has ended. */
  readonly stop: () => Promise<void>
  /** Starts it again. */
  readonly start: () => Promise<void>
  /** Runs another one beside it. */
  readonly runAgain: (different: { readonly rig?: Rig; readonly settings?: BtrfsSettings }) => Promise<void>
}

/** How a bench is made. */
export interface PluginBenchOptions {
  /** Where the socket stands; a folder of its own otherwise. */
  readonly socketPath?: string
  readonly verbs?: Partial<VolumeVerbs>
  readonly megabytes?: number
  readonly quota?: boolean
}

/** Makes a file system and serves the plugin on it: `await using bench = await pluginBench()`. */
export async function pluginBench(options: PluginBenchOptions = {}): Promise<PluginBench> {
  const stack = new AsyncDisposableStack()
  const { quota = false, megabytes = 256 } = options
  const { path: root } = stack.use(await btrfsFileSystem({ megabytes, quota }))
  const folder = stack.use(temporaryDirectory())
  const settings: BtrfsSettings = {
    ...DEFAULT_SETTINGS,
    volumesPath: join(root, 'volumes'),
    snapshotsPath: join(root, 'snapshots'),
    mountsPath: join(folder.path, 'mounts'),
    socketPath: options.socketPath ?? join(folder.path, 'btrfs.sock'),
  }
  const warnings: Finding[] = []
  const told: string[] = []
  const rig: Rig = {
    backends: [{ id: 'btrfs', effects: volumeEffects() }],
    journal: memoryJournal(),
    catalog: memoryCatalog(),
    locks: sqliteLocks(join(folder.path, 'locks')),
    report: (event) => {
      told.push(event.type)
      if (event.type === 'warning') warnings.push(event.finding)
    },
    now: () => new Date(),
  }
  mkdirSync(settings.mountsPath)
  let running: { readonly ended: Promise<void>; readonly stop: AbortController } | undefined

  async function start(): Promise<void> {
    const controller = new AbortController()
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const verbs = { ...NO_VERBS, ...options.verbs }
    const ended = runPlugin(settings, { rig, verbs, signal: controller.signal, onListening: () => resolve() })
    ended.catch(reject)
    await promise
    running = { ended, stop: controller }
  }

  async function runAgain(different: { readonly rig?: Rig; readonly settings?: BtrfsSettings }): Promise<void> {
    const { signal } = new AbortController()
    await runPlugin(different.settings ?? settings, { rig, ...different, verbs: NO_VERBS, signal })
  }

  async function stop(): Promise<void> {
    running?.stop.abort()
    await running?.ended
    running = undefined
  }

  await start()
  return {
    settings,
    rig,
    root,
    warnings,
    told,
    start,
    stop,
    runAgain,
    post: async (path, body) => call(settings.socketPath, path, { body }),
    [Symbol.asyncDispose]: async () => {
      await stop()
      await stack.disposeAsync()
    },
  }
}
