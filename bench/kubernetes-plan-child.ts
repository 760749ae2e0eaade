// One plan, or one plan of retention, as a process of its own: prints what it found and how long each part took.
import { setFlagsFromString } from 'node:v8'
import { makePlan, memoryCatalog, memoryJournal, memoryLocks, probe, survey } from '@salvage-kit/core'
import type { Rig, Store } from '@salvage-kit/core'
import { connect, DEFAULT_RULES, kubernetes, planRetention } from '@salvage-kit/k8s'
import { NOW } from './kubernetes-crowd-objects.ts'

// As the command line does for commands that move no data.
setFlagsFromString('--semi-space-growth-factor=1')

const [kubeconfig = '', what = '', ...namespaces] = process.argv.slice(2)
const { signal } = new AbortController()
await using cluster = await connect({ kubeconfig, environment: {} })
const times: Record<string, number> = {}
const told = await (what === 'retention' ? retention() : plan())
times['maxRssMB'] = (process.resourceUsage().maxRSS * 1024) / 1e6
console.log(JSON.stringify({ ...told, times }))

async function timed<T>(name: string, work: () => Promise<T> | T): Promise<T> {
  const since = performance.now()
  try {
    return await work()
  } finally {
    times[name] = Math.round(performance.now() - since)
  }
}

async function plan(): Promise<object> {
  const store: Store = { ref: 'csi:default', crane: 'csi', settings: {} }
  const rig: Rig = {
    backends: [kubernetes(cluster, { namespaces })],
    journal: memoryJournal(),
    catalog: memoryCatalog(),
    locks: memoryLocks(),
    report: () => undefined,
    now: () => NOW,
  }
  const found = await timed('survey', () => survey(rig, { signal }))
  const abilities = await timed('probe', () => probe(rig, found, { signal, stores: [], snapshots: store }))
  const tide = {
    name: 'nightly',
    targets: [],
    grouping: 'smart',
    snapshots: store,
    maxHoldMs: 60_000,
    maxConcurrent: 2,
  } as const
  const made = await timed('makePlan', () =>
    makePlan(found, abilities, tide, { runId: '20261121t120000z-abcdef', now: NOW, machine: 'bench' }),
  )
  return { found: made.groups.flatMap(({ targets }) => targets).length, skipped: made.skipped.slice(0, 2) }
}

async function retention(): Promise<object> {
  const settings = { rules: DEFAULT_RULES, now: NOW, zone: 'Europe/Vienna' }
  const { namespaces: all, skipped } = await timed('retention', () =>
    planRetention(cluster, { namespaces }, settings, { signal }),
  )
  return { found: all.flatMap(({ verdicts }) => verdicts).length, skipped: skipped.slice(0, 2) }
}
