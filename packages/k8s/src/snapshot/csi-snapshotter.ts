import type { Keeper, Snapshotter } from '@salvage-kit/core'
import type { Cluster } from '../client/cluster.ts'
import { claimLookup } from './claim-lookup.ts'
import { claimOf } from './claim-of.ts'
import { classView } from './class-view.ts'
import { dropCut } from './drop.ts'
import { concealCut, exposeCut } from './expose.ts'
import { groupChoice } from './group/choice.ts'
import { takeTogether } from './group/take-together.ts'
import { keepCut } from './keep.ts'
import { mustBePermitted } from './permission.ts'
import { csiPoints } from './points.ts'
import { isSettled, probeClaim, seenClaim } from './probe.ts'
import { remembered } from './remembered.ts'
import { readStore } from './settings.ts'
import type { CsiSettings } from './settings.ts'
import { takeCut } from './take.ts'

/** The id of the snapshotter and of its keeper. */
export const SNAPSHOTTER_ID = 'csi'

/**
 * Cuts claims of CSI drivers by VolumeSnapshots, and keeps them in `csi:` stores. Takes `SNAPSHOT_PERMISSIONS` in the
 * namespaces of the claims; with `CLASS_PERMISSIONS` too it knows beforehand what cannot be cut.
 */
export function csiSnapshotter(cluster: Cluster, settings: CsiSettings): Snapshotter {
  const classes = remembered(async (options) => classView(cluster, options))
  const groups = groupChoice(cluster, settings)
  const claims = claimLookup(cluster, { read: seenClaim, lasting: isSettled })
  return {
    id: SNAPSHOTTER_ID,
    probe: async (source, options) => probeClaim(cluster, source, options, { settings, classes, groups, claims }),
    take: async (ref, options) =>
      ref.together === undefined
        ? takeCut(cluster, ref, settings, options)
        : takeTogether(cluster, [ref], ref.together, settings, options),
    takeTogether: async ([first, ...others], options) => {
      if (first?.together === undefined) throw new Error('nothing is to be cut together')
      await takeTogether(cluster, [first, ...others], first.together, settings, options)
    },
    expose: async (ref, options) => exposeCut(cluster, ref, settings, options),
    conceal: async (ref, options) => concealCut(cluster, ref, settings, options),
    drop: async (ref, options) => dropCut(cluster, ref, settings, options),
    keeps: csiKeeper(cluster, settings),
  }
}

function csiKeeper(cluster: Cluster, settings: CsiSettings): Keeper {
  return {
    id: SNAPSHOTTER_ID,
    media: new Set(),
    preflight: async (store, sources, options) => {
      options.signal.throwIfAborted()
      readStore(store)
      await mustBePermitted(
        cluster,
        sources.map((source) => claimOf(source).namespace),
        options,
      )
    },
    keep: async (ref, options) => keepCut(cluster, ref, settings, options),
    points: csiPoints(cluster, settings),
  }
}
