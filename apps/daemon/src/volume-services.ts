import { findingOf } from '@salvage-kit/core'
import type { Reporter } from '@salvage-kit/core'
import { servePlugin, serveSchedule } from '@salvage-kit/host'
import type { LoadedConfig } from '@salvage-kit/host'
import { backOff } from './back-off.ts'
import type { Tell } from './event.ts'
import type { Problems } from './problems.ts'
import type { StatusService } from './status-schema.ts'

/** What the services are made from. */
export interface VolumeServicesSettings {
  readonly loaded: () => LoadedConfig
  readonly stateDirectory: string
  readonly directory: string
  readonly problems: Problems
  readonly tell: Tell
  readonly now: () => Date
}

/** What the daemon does for BTRFS volumes beside the tides: the plugin and the schedule file. None of it ever rejects. */
export interface VolumeServices {
  /** Begins what the configuration asks for by now, ends what it does not, renews what has another configuration. */
  look(): void
  status(): readonly StatusService[]
  /** Takes no more scheduled work; resolves when what runs has ended. Nothing is begun again. */
  stopSchedule(): Promise<void>
  /** The same for the plugin: last of all, as containers that rise ask it for their volumes. */
  stopPlugin(): Promise<void>
}

type Name = StatusService['name']

interface Service {
  /** The configuration that it was begun with. */
  readonly key: string
  readonly abort: AbortController
}

const FIRST_PAUSE_MS = 1000
const LONGEST_PAUSE_MS = 60_000

/** No service yet; `look` begins them. */
export function volumeServices(settings: VolumeServicesSettings): VolumeServices {
  const { loaded, stateDirectory, directory, problems, tell, now } = settings
  const services = new Map<Name, Service>()
  const ready = new Map<Name, string>()
  const closed = new Set<Name>()
  /** Of the service that was begun last, though it may be wanted no more: nothing of its name runs before that. */
  const ends = new Map<Name, Promise<void>>()

  function onReady(name: Name, socket?: string): void {
    problems.clear(ABOUT[name])
    ready.set(name, now().toISOString())
    tell({ type: 'service.ready', service: name, ...(socket === undefined ? {} : { socket }) })
  }

  async function serve(name: Name, config: LoadedConfig, signal: AbortSignal): Promise<void> {
    const report: Reporter = (event) => {
      if (event.type === 'warning') tell({ type: 'problem', finding: event.finding })
      else tell({ type: 'service.event', service: name, event })
    }
    const place = { loaded: config, stateDirectory, directory, report }
    if (name === 'plugin') {
      await servePlugin({ ...place, onListening: (socket) => onReady(name, socket) }, { signal })
      return
    }
    const onStarted = (): void => onReady(name)
    await serveSchedule({ ...place, onStarted, tell: (event) => tell({ type: 'schedule.event', event }) }, { signal })
  }

  /** Whatever ends it but the signal: it is begun again, after a while. */
  async function keep(name: Name, signal: AbortSignal): Promise<void> {
    const patience = backOff(FIRST_PAUSE_MS, LONGEST_PAUSE_MS)
    while (!signal.aborted) {
      try {
        await serve(name, loaded(), signal)
      } catch (error) {
        if (!signal.aborted) problems.set(ABOUT[name], findingOf(error))
      }
      if (ready.delete(name)) tell({ type: 'service.stopped', service: name })
      await patience.wait(signal)
    }
    problems.clear(ABOUT[name])
  }

  function begin(name: Name, key: string): void {
    const abort = new AbortController()
    const before = ends.get(name) ?? Promise.resolve()
    ends.set(
      name,
      before.then(async () => keep(name, abort.signal)),
    )
    services.set(name, { key, abort })
  }

  async function end(name: Name): Promise<void> {
    closed.add(name)
    services.get(name)?.abort.abort(new Error('the daemon stops'))
    await ends.get(name)
  }

  return {
    look: () => {
      const { plugin = false, scheduler = false, ...places } = loaded().config.btrfs ?? {}
      const key = JSON.stringify(places)
      for (const [name, isWanted] of [
        ['plugin', plugin],
        ['scheduler', scheduler],
      ] as const) {
        const service = services.get(name)
        if (closed.has(name) || (isWanted ? service?.key === key : service === undefined)) continue
        service?.abort.abort(new Error('the configuration has changed'))
        services.delete(name)
        if (isWanted) begin(name, key)
      }
    },
    status: () =>
      [...services.keys()].map((name) => {
        const since = ready.get(name)
        return since === undefined ? { name, state: 'starting' } : { name, state: 'ready', since }
      }),
    stopSchedule: async () => end('scheduler'),
    stopPlugin: async () => end('plugin'),
  }
}

const ABOUT: Readonly<Record<Name, string>> = {
  plugin: 'the volume plugin',
  scheduler: 'the schedule of volumes',
}
