import { keptSnapshot, type KeptSnapshot } from '../../src/label/kept-snapshot.ts'

/** What differs from a ready snapshot of `data` in namespace `a`, kept by tiers, cut at noon. */
export interface KeptOptions {
  readonly namespace?: string
  readonly pvc?: string
  readonly cut?: string | null
  readonly ready?: boolean
  readonly labels?: { readonly [key: string]: string | undefined }
  readonly made?: string
  readonly error?: string
}

const SHORT: { readonly [key: string]: string } = {
  daily: 'backup-ns.sh/daily',
  weekly: 'backup-ns.sh/weekly',
  monthly: 'backup-ns.sh/monthly',
  retain: 'backup-ns.sh/retain',
  pvc: 'backup-ns.sh/pvc',
  'delete-after': 'backup-ns.sh/delete-after',
}

/** Labels with short keys for those of backup-ns; `undefined`: without. */
export function labelsOf(pvc: string, labels: KeptOptions['labels'] = {}): { readonly [key: string]: string } {
  const all = { pvc, retain: 'daily_weekly_monthly', ...labels }
  return Object.fromEntries(
    Object.entries(all).flatMap(([key, value]) => (value === undefined ? [] : [[SHORT[key] ?? key, value]])),
  )
}

/** A snapshot for tests of verdicts. */
export function kept(name: string, options: KeptOptions = {}): KeptSnapshot {
  const { namespace = 'a', pvc = 'data', cut = '2026-11-21T12:00:00Z', ready = true, labels, made, error } = options
  const found = keptSnapshot({
    apiVersion: 'snapshot.storage.k8s.io/v1',
    kind: 'VolumeSnapshot',
    metadata: {
      namespace,
      name,
      uid: `uid-${name}`,
      creationTimestamp: made ?? cut ?? '2026-11-21T11:59:00Z',
      labels: labelsOf(pvc, labels),
    },
    spec: { source: { persistentVolumeClaimName: pvc } },
    status: {
      readyToUse: ready,
      ...(cut === null ? {} : { creationTime: cut }),
      ...(error === undefined ? {} : { error: { message: error } }),
      boundVolumeSnapshotContentName: `content-${name}`,
    },
  })
  if (found === undefined) throw new Error(`${name} is not retained`)
  return found
}
