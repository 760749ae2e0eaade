import { memoryCatalog, restore, sqliteJournal, sqliteLocks } from '@salvage-kit/core'
import type { RestorePoint } from '@salvage-kit/core'
import { writeSync } from 'node:fs'
import { join } from 'node:path'
import { connect, kubernetes } from '../../../src/index.ts'
import type { Cluster } from '../../../src/index.ts'

/** Restores a claim in place, and dies by SIGKILL after its change of the cluster of this number. Says `done` when it outlives all. */
const [kubeconfig = '', state = '', snapshotClass = '', request = '', number = ''] = process.argv.slice(2)
const { runId, point, to }: { runId: string; point: RestorePoint; to: `k8s:${string}` } = JSON.parse(request)
const namespace = to.slice('k8s:'.length).split('/')[0] ?? ''
const real = await connect({ kubeconfig, namespace, environment: {} })
let count = 0
const cluster: Cluster = {
  ...real,
  create: (kind, manifest, call) => mortal(() => real.create(kind, manifest, call)),
  patch: (kind, at, change, call) => mortal(() => real.patch(kind, at, change, call)),
  remove: (kind, at, call) => mortal(() => real.remove(kind, at, call)),
}
const report = await restore(
  {
    backends: [kubernetes(cluster, { namespaces: [namespace], snapshotClass })],
    journal: sqliteJournal(join(state, 'journal.sqlite')),
    catalog: memoryCatalog(),
    locks: sqliteLocks(state),
    report: () => undefined,
    now: () => new Date(),
  },
  { runId, point, store: { ref: 'csi:', crane: 'csi', settings: {} }, to, inPlace: true, maxHoldMs: 120_000 },
)
writeSync(1, `${report.outcome} ${String(count)}\n`)
process.exit(0)

async function mortal<T>(call: () => Promise<T>): Promise<T> {
  const answer = await call()
  count += 1
  if (count === Number(number)) process.kill(process.pid, 'SIGKILL')
  return answer
}
