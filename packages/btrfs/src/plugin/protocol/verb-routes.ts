import { z } from 'zod'
import { formatFinding } from '@salvage-kit/core'
import type { VolumeVerbs } from '../volume-verbs.ts'
import { route } from './route.ts'
import type { Route } from './route.ts'

const text = z.string()
const named = z.object({ Name: text })
const restored = z.object({ Name: text, Target: text.nullish() })
const cloned = z.object({ Name: text, Target: text })
const sent = z.object({ Name: text, Host: text })
const synchronised = z.object({ Volumes: z.array(text), Hosts: z.array(text) })
const purged = z.object({ Name: text, Pattern: text, Dryrun: z.boolean().nullish() })
const scheduledJob = z.object({
  Name: text,
  Action: text,
  Timer: z.union([text, z.number()]).transform(String),
})
/** Of calls that say everything with their name. */
const anything = z.unknown()

const READS = { method: 'GET' } as const
const LONG = { isLong: true } as const

/** What the original offers beside Docker's calls, for its command line and for scripts. */
export function verbRoutes(verbs: VolumeVerbs): Readonly<Record<string, Route>> {
  return {
    'VolumeDriver.Snapshot': route(named, async ({ Name }, options) => ({
      Snapshot: await verbs.snapshot(Name, options),
    })),
    'VolumeDriver.Snapshot.List': route(anything, async (_, options) => listed(verbs, undefined, options), READS),
    'VolumeDriver.Snapshot.Remove': route(named, async ({ Name }, options) => {
      await verbs.removeSnapshot(Name, options)
      return {}
    }),
    'VolumeDriver.Snapshot.Restore': route(restored, async ({ Name, Target }, options) => {
      const saved = await verbs.restore(Name, Target ?? undefined, options)
      return saved === undefined ? {} : { VolumeBackup: saved }
    }),
    'VolumeDriver.Clone': route(cloned, async ({ Name, Target }, options) => {
      await verbs.clone(Name, Target, options)
      return { VolumeCloned: Target }
    }),
    'VolumeDriver.Snapshot.Send': route(
      sent,
      async ({ Name, Host }, options) => {
        await verbs.send(Name, Host, options)
        return {}
      },
      LONG,
    ),
    'VolumeDriver.Volume.Sync': route(
      synchronised,
      async ({ Volumes, Hosts }, options) => ({
        Err: (await verbs.sync(Volumes, Hosts, options)).map(formatFinding).join('\n'),
      }),
      LONG,
    ),
    'VolumeDriver.Snapshots.Purge': route(
      purged,
      async ({ Name, Pattern, Dryrun }, { signal }) => {
        await verbs.purge(Name, Pattern, { signal, dryRun: Dryrun ?? false })
        return {}
      },
      LONG,
    ),
    'VolumeDriver.Schedule': route(scheduledJob, async ({ Name, Action, Timer }, options) => {
      await verbs.schedule(Name, Action, Timer, options)
      return {}
    }),
    'VolumeDriver.Schedule.List': route(
      anything,
      async (_, options) => ({ Schedule: await verbs.scheduled(options) }),
      READS,
    ),
    'VolumeDriver.Schedule.Pause': route(anything, async (_, options) => {
      await verbs.pauseSchedule(options)
      return {}
    }),
    'VolumeDriver.Schedule.Resume': route(anything, async (_, options) => {
      await verbs.resumeSchedule(options)
      return {}
    }),
  }
}

/** The one call that has a name in its path: `VolumeDriver.Snapshot.List/NAME`. */
export function listOf(verbs: VolumeVerbs, volume: string): Route {
  return route(anything, async (_, options) => listed(verbs, volume, options), READS)
}

async function listed(
  verbs: VolumeVerbs,
  volume: string | undefined,
  options: Parameters<VolumeVerbs['snapshots']>[1],
): Promise<object> {
  return { Snapshots: await verbs.snapshots(volume, options) }
}
